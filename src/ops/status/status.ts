// Gathers what the status page shows, at the moment at which somebody looks.

import type { Clock, Fact, LimitReading, LiveReadings, Observer } from '../../rendezvous/ports.ts';
import { createWriter } from '../mask.ts';
import type { Check } from '../readiness.ts';
import { History } from './history.ts';
import { renderPage, type StreamRow } from './page.ts';

export interface StatusParts {
  readonly domain: string;
  readonly version: string;
  /** Name of the relay engine in use. */
  readonly engine: string;
  readonly readings: LiveReadings;
  readonly readiness: { checks(): readonly Check[] };
  readonly clock: Clock;
  /** Whether JIDs are shown in full. */
  readonly showJids: boolean;
  /** What is limited, and how near it is. */
  readonly limits: () => readonly LimitReading[];
}

/** A page for a person, not a list of thousands. */
const MOST_ROWS = 100;

const masked = createWriter({ jids: true, addresses: true });
const plain = createWriter({ jids: false, addresses: false });

export class Status implements Observer {
  readonly #parts: StatusParts;
  readonly #history: History;
  readonly #began: number;

  constructor(parts: StatusParts) {
    this.#parts = parts;
    this.#history = new History(parts.readings, parts.clock);
    this.#began = parts.clock.now();
  }

  observe(fact: Fact): void {
    this.#history.observe(fact);
  }

  /** The whole page as HTML. */
  page(): string {
    const { domain, version, engine, readings, readiness, clock, limits } = this.#parts;
    const { firstToSecond, secondToFirst } = readings.relayed();
    const running = readings.running(Number.POSITIVE_INFINITY);
    return renderPage({
      domain,
      version,
      engine,
      uptimeMs: clock.now() - this.#began,
      checks: readiness.checks(),
      waiting: readings.connectionsWaiting(),
      relayed: firstToSecond + secondToFirst,
      streams: { count: readings.streamsActive(), rows: this.#rows(running.slice(0, MOST_ROWS)) },
      bytesPerSecond: running.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0),
      minutes: this.#history.minutes(),
      refusals: this.#history.refusals(),
      limits: limits(),
    });
  }

  /** Stops the clock of its history. */
  stop(): void {
    this.#history.stop();
  }

  #rows(running: readonly StreamRow[]): StreamRow[] {
    const writer = this.#parts.showJids ? plain : masked;
    return running.map((row) => ({
      ...row,
      requester: writer.jid(row.requester),
      target: writer.jid(row.target),
    }));
  }
}
