// Asking a peer for a stream, with blocks as small as it wants them. [XEP-0047 §2.1]

import { type Carrier, type Open, writeOpen } from '../../wire/ibb.ts';
import { NotSupportedError, RefusedError, StanzaError } from '../errors.ts';
import type { Session } from '../session.ts';

const BLOCK_SIZE = 4096; // [IBB-02]
/** No peer gets smaller blocks than these. */
const SMALLEST = 256;
const OPEN_MS = 60_000;

export interface OpenOptions {
  /** Bytes before base64. Default 4096. */
  readonly blockSize?: number;
  /** What carries the data; default iq, which is the one with answers. */
  readonly stanza?: Carrier;
  /** How many blocks may be on their way without an answer, in place of the session's. */
  readonly window?: number;
  readonly signal?: AbortSignal;
  /** How long the peer may take to answer, in milliseconds. Default 60 000. */
  readonly timeoutMs?: number;
}

/**
 * Halves the block size as long as the peer finds it too large. [IBB-04]
 * @throws RefusedError, NotSupportedError, StanzaError, TimedOutError, CancelledError, OfflineError
 */
export async function negotiateOpen(
  session: Session,
  peer: string,
  sid: string,
  { blockSize = BLOCK_SIZE, stanza = 'iq', timeoutMs = OPEN_MS, signal }: OpenOptions,
): Promise<Open & { readonly peer: string }> {
  const open = { sid, blockSize, stanza };
  try {
    await session.request(peer, 'set', writeOpen(open), { timeoutMs, ...(signal && { signal }) }); // [IBB-01]
    return { ...open, peer };
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
    const half = Math.floor(blockSize / 2);
    if (error.condition !== 'resource-constraint' || half < SMALLEST) throw explain(error, peer);
    const options = { blockSize: half, stanza, timeoutMs, ...(signal && { signal }) };
    return negotiateOpen(session, peer, sid, options);
  }
}

function explain(error: StanzaError, peer: string): Error {
  const message = `${peer} would not open an in-band bytestream: ${error.message}`;
  if (['not-acceptable', 'resource-constraint'].includes(error.condition))
    return new RefusedError(message, { cause: error });
  if (['service-unavailable', 'feature-not-implemented'].includes(error.condition))
    return new NotSupportedError(message, { cause: error });
  return error;
}
