// A transfer as its caller sees it: a promise of the outcome, and the events on the way to it.

import type { Streamhost } from '../wire/bytestreams.ts';
import type { TransferError } from './errors.ts';
import type { BytestreamMethod } from './s5b/bytestream.ts';

/** How the bytes went. */
export type TransferMethod = BytestreamMethod | 'ibb';

export type TransferEvent =
  /** The file was offered; a second time when the first way failed. */
  | { readonly event: 'offered'; readonly methods: readonly string[] }
  /** The receiver takes it, from `offset` on. */
  | { readonly event: 'accepted'; readonly method: 's5b' | 'ibb'; readonly offset: number }
  /** What the receiver may connect to. */
  | { readonly event: 'streamhosts'; readonly streamhosts: readonly Streamhost[] }
  /** There is a stream; bytes follow. */
  | { readonly event: 'connected'; readonly method: TransferMethod; readonly streamhost?: Streamhost }
  /** SOCKS5 did not work; in-band bytes are next. */
  | { readonly event: 'fallback'; readonly error: TransferError }
  /** `bytes` of the `total` of the file have gone, those of an earlier try included. */
  | { readonly event: 'progress'; readonly bytes: number; readonly total: number };

/**
 * The outcome, to be awaited; and, for those who iterate over it, everything that has happened and happens until the
 * outcome. Of progress only the latest is told to a slow reader. The iteration throws what the promise rejects with.
 */
export type Transfer<T> = Promise<T> & AsyncIterable<TransferEvent>;

export type Tell = (event: TransferEvent) => void;

/** Runs something as a transfer; `listener` is told each event as it happens. */
export function startTransfer<T>(run: (tell: Tell) => Promise<T>, listener?: Tell): Transfer<T> {
  const feed = new Feed();
  const outcome = run((event) => {
    feed.push(event);
    listener?.(event);
  });
  outcome.then(
    () => feed.end(),
    () => feed.end(),
  );
  const iterate = async function* () {
    outcome.catch(() => {}); // whoever iterates is told at the end of it
    yield* feed.read();
    await outcome;
  };
  return Object.assign(outcome, { [Symbol.asyncIterator]: iterate });
}

/** What has happened, for any number of readers, each at its own pace. */
class Feed {
  readonly #events: { readonly number: number; readonly event: TransferEvent }[] = [];
  #count = 0;
  #isOver = false;
  readonly #readers = new Set<() => void>();

  push(event: TransferEvent): void {
    this.#count++;
    if (event.event === 'progress' && this.#events.at(-1)?.event.event === 'progress') this.#events.pop();
    this.#events.push({ number: this.#count, event });
    this.#tell();
  }

  end(): void {
    this.#isOver = true;
    this.#tell();
  }

  async *read(): AsyncGenerator<TransferEvent> {
    for (let seen = 0; ; ) {
      const next = this.#events.find(({ number }) => number > seen);
      if (next !== undefined) {
        seen = next.number;
        yield next.event;
      } else if (this.#isOver) return;
      else await new Promise<void>((resolve) => this.#readers.add(resolve));
    }
  }

  #tell(): void {
    for (const wake of this.#readers) wake();
    this.#readers.clear();
  }
}
