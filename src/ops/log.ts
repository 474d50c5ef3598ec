// The one door to pino and pino-pretty: lines of JSON or for the eye, and every fact told in one of them.

import { createRequire } from 'node:module';
import { isatty } from 'node:tty';
import { pino, stdTimeFunctions } from 'pino';
import type pinoPretty from 'pino-pretty';
import type { Fact, Observer } from '../rendezvous/ports.ts';
import { type JidMode, jidWriter } from './mask.ts';
import { type Fields, type Level, tell } from './tell.ts';

export interface LogOptions {
  readonly level: Level | 'silent';
  readonly format: 'json' | 'pretty';
  readonly jids: JidMode;
}

/** Takes whole lines. */
export interface LogDestination {
  write(line: string): void;
  /** Calls back when nothing is in memory any more. */
  flush?(done: () => void): void;
}

export interface Log extends Observer {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** Resolves when everything is written, or after a second if the reader does not take it. Never rejects. */
  flush(): Promise<void>;
}

/** Opens the log; it writes to standard output unless another destination is given. */
export function createLog(options: LogOptions, destination: LogDestination = standardOutput()): Log {
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    options.format === 'json' ? destination : prettified(destination),
  );
  const writeJid = jidWriter(options.jids);
  const write =
    (level: Level) =>
    (message: string, fields: Fields = {}) =>
      logger[level](fields, message);
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    observe(fact: Fact) {
      const { level, message, fields } = tell(fact, writeJid);
      if (logger.isLevelEnabled(level)) logger[level]({ event: fact.kind, ...fields }, message);
    },
    flush: () => flush(destination),
  };
}

const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
const FLUSH_DEADLINE_MS = 1000;
/** Lines of so many milliseconds are written together. */
const GATHER_MS = 20;
const GATHERED_BYTES = 8 * 1024;

function flush(destination: LogDestination): Promise<void> {
  return new Promise((resolve) => {
    if (destination.flush === undefined) return resolve();
    const timer = setTimeout(resolve, FLUSH_DEADLINE_MS);
    destination.flush(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * Writes without blocking, so that a reader of the log who stops does not stop the relay. What he does not take
 * is kept up to a bound, and thrown away beyond it. When the process exits, pino writes out what is left.
 *
 * Lines are gathered for a moment: each write goes to a thread and back, at 50 µs of this one's time.
 */
function standardOutput(): LogDestination {
  const destination = pino.destination({
    dest: 1,
    sync: false,
    minLength: GATHERED_BYTES,
    maxLength: MAX_BUFFERED_BYTES,
  });
  destination.on('error', () => {}); // a full disk under the log must not end the proxy
  let isGathering = false;
  const writeOut = () => {
    isGathering = false;
    destination.flush();
  };
  return {
    write(line) {
      destination.write(line);
      if (isGathering) return;
      isGathering = true;
      setTimeout(writeOut, GATHER_MS);
    },
    flush: (done) => destination.flush(done),
  };
}

/** Loads pino-pretty only here: a daemon that writes JSON starts without it. */
function prettified(destination: LogDestination): LogDestination {
  const pretty: typeof pinoPretty = createRequire(import.meta.url)('pino-pretty');
  const format = pretty.prettyFactory({
    colorize: isatty(1) && pretty.isColorSupported,
    singleLine: true,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l',
    ignore: 'event',
  });
  return { write: (line) => destination.write(format(line)) };
}

/** Only what describes an error; other properties may hold stanzas or secrets. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? error.code : undefined;
  return { type: error.name, message: error.message, code, stack: error.stack };
}
