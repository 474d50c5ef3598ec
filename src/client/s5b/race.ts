// How a target finds the streamhost to use: in the offered order, without waiting long for the dead. [XEP-0065 §5.3.2]
//
// TCP connections are begun one after the other, each with a head start before the next. The SOCKS exchange is had
// with one streamhost at a time, the first in order of those that are connected: a proxy that is offered under two
// addresses would else find the same party on both ends of the transfer, and join it with itself.

import type { Socket } from 'node:net';
import type { Streamhost } from '../../wire/bytestreams.ts';
import type { SessionKey } from '../../wire/session-key.ts';
import { within } from '../deadline.ts';
import type { Connect } from './dial.ts';
import { askForKey, dial } from './socks.ts';

export interface RaceOptions {
  readonly key: SessionKey;
  /** How to connect to each. */
  readonly connect: (streamhost: Streamhost) => Connect;
  /** For connection and exchange with one streamhost. [S5B-T-05] */
  readonly hostMs: number;
  /** Before the next one is tried as well. */
  readonly headStartMs: number;
  /** Ends all of it. */
  readonly signal: AbortSignal;
}

/** A connection to a streamhost that waits for the requester. Whoever gets it closes it. */
export interface Connected {
  readonly socket: Socket;
  readonly streamhost: Streamhost;
}

export type RaceOutcome =
  | { readonly ok: true; readonly connected: Connected }
  /** Why, for each streamhost that was tried. */
  | { readonly ok: false; readonly errors: readonly Error[] };

/** The first streamhost, by the rules above, that accepts us. No other connection is left. */
export function connectToFirst(
  streamhosts: readonly Streamhost[],
  options: RaceOptions,
): Promise<RaceOutcome> {
  return new Race(streamhosts, options).run();
}

class Runner {
  readonly streamhost: Streamhost;
  readonly signal: AbortSignal;
  state: 'connecting' | 'connected' | 'out' = 'connecting';
  socket: Socket | undefined;

  constructor(streamhost: Streamhost, signal: AbortSignal) {
    this.streamhost = streamhost;
    this.signal = signal;
  }
}

class Race {
  readonly #waiting: Streamhost[];
  readonly #options: RaceOptions;
  readonly #runners: Runner[] = [];
  readonly #errors: Error[] = [];
  readonly #end = new AbortController();
  #wake = () => {};

  constructor(streamhosts: readonly Streamhost[], options: RaceOptions) {
    this.#waiting = [...streamhosts];
    this.#options = options;
  }

  async run(): Promise<RaceOutcome> {
    try {
      while (!this.#options.signal.aborted) {
        const ready = this.#runners.find(({ state }) => state === 'connected');
        if (ready?.socket !== undefined) {
          if (await this.#ask(ready, ready.socket))
            return { ok: true, connected: { socket: ready.socket, streamhost: ready.streamhost } };
        } else if (this.#runners.every(({ state }) => state === 'out') && !this.#beginNext()) {
          break;
        } else if ((await this.#news()) === 'late') {
          this.#beginNext();
        }
      }
      return { ok: false, errors: this.#errors };
    } finally {
      this.#end.abort();
      for (const { state, socket } of this.#runners) if (state === 'connected') socket?.destroy();
    }
  }

  /** False when there is none left. */
  #beginNext(): boolean {
    const streamhost = this.#waiting.shift();
    if (streamhost === undefined) return false;
    const { connect, hostMs, signal } = this.#options;
    const runner = new Runner(streamhost, within(hostMs, signal, this.#end.signal));
    this.#runners.push(runner);
    dial(streamhost, connect(streamhost), runner.signal)
      .then((socket) => {
        if (this.#end.signal.aborted) socket.destroy();
        runner.socket = socket;
        runner.state = 'connected';
      })
      .catch((error: Error) => this.#drop(runner, error))
      .finally(() => this.#wake());
    return true;
  }

  /** Whether the streamhost has accepted us; its socket is not ours any more. */
  async #ask(runner: Runner, socket: Socket): Promise<boolean> {
    try {
      await askForKey(socket, runner.streamhost, this.#options.key, runner.signal);
      runner.state = 'out';
      return true;
    } catch (error) {
      this.#drop(runner, error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  }

  #drop(runner: Runner, error: Error): void {
    runner.state = 'out';
    this.#errors.push(error);
  }

  /** A connection was made or has failed, or the head start is over. */
  async #news(): Promise<'news' | 'late'> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), this.#options.headStartMs);
    });
    const news = new Promise<'news'>((resolve) => {
      this.#wake = () => resolve('news');
    });
    return Promise.race([news, late]).finally(() => clearTimeout(timer));
  }
}
