// One contender's load: the program native/load.c with its streams, opened through the contender and activated.

import { Child } from '../test/support/interop/child.ts';
import { freePort } from '../test/support/interop/free-port.ts';
import { activateAll } from './contenders/activate-all.ts';
import type { Running } from './contenders/contender.ts';

const HOST = '127.0.0.1';
const STOP_MS = 10_000;
/** How long opening takes at most: a constant part, and one for each stream. */
const OPEN_MS = 20_000;
const OPEN_STREAM_MS = 10;
/** How long an answer may take beyond the time that was asked for; a round trip may take 20 s, draining 2 s. */
const ANSWER_MS = 30_000;

export interface BulkResult {
  /** Received. */
  readonly bytes: number;
  /** Sent, and not received two seconds after the sender has stopped; such a load is of no further use. */
  readonly undelivered: number;
  /** From the first byte sent to the last one received. */
  readonly ms: number;
  /** Jain's index of the bytes received by each stream in the first half. */
  readonly jain: number;
}

export interface PingResult {
  /** Microseconds. */
  readonly us: readonly number[];
  /** Of the bulk streams; see `BulkResult`. */
  readonly undelivered: number;
}

export class Load {
  readonly #child: Child;

  /** Opens streams through a contender; they are live when it resolves. */
  static async open(program: string, contender: Running, streams: number): Promise<Load> {
    const { route } = contender;
    if (route.kind === 'socks') {
      const transfers = Array.from({ length: streams }, () => route.newTransfer());
      const child = start(program, [streams, HOST, route.port], contender.title);
      for (const { key } of transfers) child.write(key);
      return Load.#whenOpen(child, streams, () => activateAll(transfers));
    }
    const listen = route.kind === 'forwarder' ? route.backendPort : await freePort();
    const child = start(
      program,
      [streams, HOST, route.kind === 'forwarder' ? route.port : listen, listen],
      contender.title,
    );
    return Load.#whenOpen(child, streams, async () => {});
  }

  static async #whenOpen(child: Child, streams: number, activate: () => Promise<void>): Promise<Load> {
    const load = new Load(child);
    try {
      await child.line(/"connected"/, OPEN_MS + streams * OPEN_STREAM_MS);
      await activate();
      return load;
    } catch (error) {
      await load.stop();
      throw error;
    }
  }

  private constructor(child: Child) {
    this.#child = child;
  }

  /** Lets the first `streams` streams send for `ms`, and waits until all has arrived. */
  async bulk(ms: number, streams: number): Promise<BulkResult> {
    const answer: BulkResult = JSON.parse(await this.#ask(`bulk ${ms} ${streams}`, ms + ANSWER_MS));
    return answer;
  }

  /** Round trips of one byte, one after the other, while `streams` others send. */
  async ping(ms: number, streams: number): Promise<PingResult> {
    const answer: PingResult = JSON.parse(await this.#ask(`ping ${ms} ${streams}`, ms + ANSWER_MS));
    return answer;
  }

  /** Sends on one stream whose reader never reads, until nothing goes out any more; how much was taken. */
  async stall(ms: number, most: number): Promise<{ readonly bytes: number; readonly stalled: boolean }> {
    const answer: { bytes: number; stalled: boolean } = JSON.parse(
      await this.#ask(`stall ${ms} ${most}`, ms + ANSWER_MS),
    );
    return answer;
  }

  /** Resets all its connections. */
  async stop(): Promise<void> {
    await this.#child.stop('SIGTERM', STOP_MS);
  }

  async #ask(command: string, ms: number): Promise<string> {
    const from = this.#child.next;
    this.#child.write(command);
    return (await this.#child.line(/^\{/, ms, from)).text;
  }
}

function start(program: string, args: readonly (string | number)[], title: string): Child {
  return new Child({ title: `the load of ${title}`, command: program, args: args.map(String) });
}
