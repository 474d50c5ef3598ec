// The in-band bytestreams of a session: one desk for sender and receiver, since both answer to the same namespace.

import { InBandBytestreams } from './ibb/in-band.ts';
import type { Session } from './session.ts';

const desks = new WeakMap<Session, InBandBytestreams>();

/** From the first call on the session answers what is in-band. */
export function inBandOf(session: Session): InBandBytestreams {
  const desk = desks.get(session) ?? new InBandBytestreams(session);
  desks.set(session, desk);
  return desk;
}
