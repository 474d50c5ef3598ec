// What a source gives, chunk by chunk. It may be anybody's: one that gives nothing any more does not hold a transfer up.

import { limited } from '../deadline.ts';
import type { Waits } from './stream-events.ts';

/** @throws TimedOutError, CancelledError, OfflineError, and what the source throws */
export async function* chunksOf(
  source: AsyncIterable<Buffer>,
  { idleMs, signals }: Waits,
): AsyncGenerator<Buffer, void> {
  const chunks = source[Symbol.asyncIterator]();
  let isAsked = false;
  try {
    for (;;) {
      isAsked = true;
      const next = await limited(chunks.next(), 'the next bytes of the file', idleMs, ...signals);
      isAsked = false;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    const closed = Promise.resolve(chunks.return?.()).catch(() => {}); // one failure is enough
    if (!isAsked) await closed; // else the end waits behind the chunk that does not come
  }
}
