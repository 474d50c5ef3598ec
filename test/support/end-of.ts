// The end of a relayed stream, to be awaited.

import type { RelayedStream, StreamEnd } from '../../src/rendezvous/ports.ts';

/** Takes the place of the stream's one listener. */
export function endOf(stream: RelayedStream): Promise<StreamEnd> {
  return new Promise((resolve) => stream.onEnd(resolve));
}
