// A child process with its output as lines to wait for; every wait has a deadline, and every failure shows the last lines.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  /** What messages call it. */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** A line that means that it will never be ready. */
  readonly fatal?: RegExp;
}

/** A line of the output, and where to look for what comes after it. */
export interface FoundLine {
  readonly text: string;
  readonly next: number;
}

const KEPT_LINES = 5000;
const SHOWN_LINES = 30;

const living = new Set<ChildProcessWithoutNullStreams>();

/** Ends whatever a failure has left behind. */
export function killChildren(): void {
  for (const child of living) child.kill('SIGKILL');
}
process.on('exit', killChildren);

export class Child {
  readonly #options: ChildOptions;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: string[] = [];
  readonly #news = new EventEmitter<{ news: [] }>();
  readonly #exit: Promise<number>;
  #dropped = 0;
  #ended: string | undefined;

  constructor(options: ChildOptions) {
    this.#options = options;
    const { command, args, cwd, env } = options;
    this.#process = spawn(command, args, { ...(cwd && { cwd }), env: { ...process.env, ...env } });
    living.add(this.#process);
    this.#news.setMaxListeners(0);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#add(line));
    }
    this.#process.stdin.on('error', (error) => this.#add(`stdin: ${error.message}`));
    this.#process.on('error', (error) => this.#end(error.message));
    this.#exit = new Promise((resolve) => {
      this.#process.on('close', (code, signal) => {
        living.delete(this.#process);
        this.#end(`exited with ${code ?? signal}`);
        resolve(code ?? -1);
      });
    });
  }

  /** Where a search begins that is to see only what is printed from now on. */
  get next(): number {
    return this.#dropped + this.#lines.length;
  }

  /** @throws Error when it could not be started */
  get pid(): number {
    if (this.#process.pid === undefined) throw this.failure('was not started');
    return this.#process.pid;
  }

  /** How it ended, if it has. */
  get ended(): string | undefined {
    return this.#ended;
  }

  get output(): readonly string[] {
    return this.#lines;
  }

  /** The first line from `from` on that matches, printed already or not. @throws Error after `ms`, or when it ends before */
  async line(pattern: RegExp, ms: number, from = 0): Promise<FoundLine> {
    const deadline = AbortSignal.timeout(ms);
    let next = Math.max(from, this.#dropped);
    for (;;) {
      for (; next < this.next; next += 1) {
        const text = this.#lines[next - this.#dropped] ?? '';
        if (pattern.test(text)) return { text, next: next + 1 };
        if (this.#options.fatal?.test(text)) throw this.failure(`said: ${text}`);
      }
      if (this.#ended !== undefined) throw this.failure(`${this.#ended}, without a line like ${pattern}`);
      await once(this.#news, 'news', { signal: deadline }).catch(() => {
        throw this.failure(`printed no line like ${pattern} within ${ms} ms`);
      });
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  write(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** Ends its standard input; the exit code, or -1 after a signal. @throws Error when it is still there after `ms` */
  finish(ms: number): Promise<number> {
    this.#process.stdin.end();
    return this.exit(ms);
  }

  /** Sends a signal and waits for the end; SIGKILL and an error when that takes more than `ms`. */
  stop(signal: NodeJS.Signals, ms: number): Promise<number> {
    if (this.#ended === undefined) this.#process.kill(signal);
    return this.exit(ms);
  }

  /** The exit code, or -1 after a signal. @throws Error when it is still there after `ms`; it is killed then */
  async exit(ms: number): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#process.kill('SIGKILL');
        reject(this.failure(`was still running after ${ms} ms`));
      }, ms);
    });
    return Promise.race([this.#exit, late]).finally(() => clearTimeout(timer));
  }

  #add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) {
      this.#lines.shift();
      this.#dropped += 1;
    }
    this.#news.emit('news');
  }

  #end(how: string): void {
    this.#ended ??= how;
    this.#news.emit('news');
  }

  /** An error that shows the last lines. */
  failure(what: string): Error {
    const tail = this.#lines.slice(-SHOWN_LINES).map((line) => `  ${line}`);
    return new Error([`${this.#options.title} ${what}; its last lines:`, ...tail].join('\n'));
  }
}
