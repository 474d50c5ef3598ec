// Where lines go: to standard output or to a file, without blocking, and never at the price of the process.

import { open } from 'node:fs/promises';
import { pino } from 'pino';

/** Takes whole lines. */
export interface LogDestination {
  write(line: string): void;
  /** Calls back when nothing is in memory any more. */
  flush?(done: () => void): void;
}

const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
const FLUSH_DEADLINE_MS = 1000;
/** Who is in the file is nobody else's business. */
const FILE_MODE = 0o600;

/**
 * `minLength`: at once, but unlike 0 it lets flush() wait for the end. What the reader or the disk does not take is
 * kept up to a bound, and thrown away beyond it. When the process exits, what is left is written out.
 */
const UNBLOCKING = { sync: false, minLength: 1, maxLength: MAX_BUFFERED_BYTES };

/** How long the exit of the process waits for a reader who does not take what is left, in milliseconds. */
const EXIT_MS = 500;

type Destination = ReturnType<typeof pino.destination>;

/** A reader of the log who stops does not stop the relay; a full disk under it must not end the proxy. */
export function standardOutput(): LogDestination {
  // It makes a pipe non-blocking: a write that waits in a thread of its own would hold up the exit for ever.
  void process.stdout;
  return openDestination({ dest: 1 });
}

/** It has a listener for errors, and does not hold up the exit of the process. */
function openDestination(target: { dest: 1 | string; append?: true; mode?: number }): Destination {
  let isFailing = false;
  let giveUpAt = Number.POSITIVE_INFINITY;
  const retryEAGAIN = () => performance.now() < giveUpAt;
  const destination = pino.destination({ ...UNBLOCKING, ...target, retryEAGAIN });
  destination.on('error', () => {
    isFailing = true;
  });
  destination.on('write', () => {
    isFailing = false;
  });
  // Before pino's own listener, which would write again and again to a disk that is full.
  const onExit = () => {
    giveUpAt = performance.now() + EXIT_MS;
    if (!isFailing) writeOut(destination);
    destination.destroy();
  };
  process.prependOnceListener('exit', onExit);
  destination.once('close', () => process.off('exit', onExit));
  return destination;
}

/** What is taken of what is left; the rest is lost. */
function writeOut(destination: Destination): void {
  try {
    destination.flushSync();
  } catch {} // nobody is left to tell
}

export interface LineFile extends Required<LogDestination> {
  /** Opens the path anew, or another one: the old file may have been renamed. */
  reopen(path?: string): void;
  /** Writes out and closes. */
  end(): void;
}

export interface FileEvents {
  /** It takes nothing; told once until it takes lines again. What it did not take is kept and tried again. */
  onFailure(error: Error): void;
  /** It takes lines again; so many were thrown away meanwhile. */
  onResume(lost: number): void;
}

/** Appends to a file that has been found to be writable. */
export function lineFile(path: string, { onFailure, onResume }: FileEvents): LineFile {
  const file = openDestination({ dest: path, append: true, mode: FILE_MODE });
  let failing = false;
  let opening = true;
  let current = path;
  let lost = 0;
  file.on('error', (error: Error) => {
    if (!failing) onFailure(error);
    failing = true;
  });
  file.once('ready', () => {
    opening = false;
  });
  file.on('drop', () => {
    lost++;
  });
  file.on('write', () => {
    if (failing) onResume(lost);
    failing = false;
    lost = 0;
  });
  return {
    write: (line) => void file.write(line),
    flush: (done) => file.flush(done),
    end: () => file.end(),
    reopen(to = current) {
      // A file that is being opened is new enough; opened a second time it would get its first lines twice.
      if (!opening || to !== current) file.reopen(to);
      current = to;
    },
  };
}

/** Resolves if lines can be appended there; the file is made if need be. @throws the system's error */
export async function tryFile(path: string): Promise<void> {
  const handle = await open(path, 'a', FILE_MODE);
  await handle.close();
}

/** Resolves when everything is written, or after a second if it is not taken. Never rejects. */
export function flush(destination: LogDestination): Promise<void> {
  return new Promise((resolve) => {
    if (destination.flush === undefined) return resolve();
    const timer = setTimeout(resolve, FLUSH_DEADLINE_MS);
    destination.flush(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
