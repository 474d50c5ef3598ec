// The one table from reasons to stanza errors, and how an error is written. [RFC 6120 §8.3] [ENT-07] [ENT-08]

import type { ActivationRefusal } from '../rendezvous/ports.ts';
import type { QueryFault } from '../wire/bytestreams.ts';
import { type Element, xml } from '../wire/xml.ts';

const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

/** Why a request is refused; those of the rendezvous and of the bytestreams query among them. */
export type Refusal =
  | ActivationRefusal
  | QueryFault
  | 'forbidden' // the access list
  | 'no-address' // nothing to tell clients
  | 'failed' // a defect, ours or the system's
  | 'no-service' // nobody here speaks that namespace
  | 'no-item' // no such node or address
  | 'read-only'; // a set where there is nothing to set

export interface StanzaError {
  readonly condition: string;
  readonly type: 'auth' | 'cancel' | 'modify' | 'wait';
  /** For the person who reads the other side's log. */
  readonly text: string;
}

export const stanzaErrors: Readonly<Record<Refusal, StanzaError>> = {
  // [S5B-P-62] [S5B-P-63] [S5B-P-64] unknown sid, wrong sender and wrong target look alike: all give another key.
  unknown: error('item-not-found', 'cancel', 'Nobody is connected for this transfer.'),
  'peer-missing': error('not-allowed', 'cancel', 'Only one party is connected for this transfer.'), // [S5B-P-61]
  'peer-gone': error('not-allowed', 'cancel', 'A party left before the activation.'), // [S5B-P-76]
  taken: error('conflict', 'cancel', 'This transfer is active already.'), // [S5B-P-72]
  'over-limit': error('resource-constraint', 'wait', 'This proxy is at its limit.'), // [S5B-P-73]
  'over-user-limit': error('resource-constraint', 'wait', 'You have as many streams as you may.'), // [S5B-P-73]
  'over-domain-limit': error('resource-constraint', 'wait', 'Your server has as many streams as it may.'), // [S5B-P-73]
  quota: error('resource-constraint', 'wait', 'Your quota is used up.'), // [S5B-P-73]
  draining: error('resource-constraint', 'wait', 'This proxy is shutting down.'), // [S5B-P-73] [S5B-P-88]
  forbidden: error('forbidden', 'auth', 'You may not use this proxy.'), // [S5B-P-17] [S5B-P-71]
  'no-address': error('not-allowed', 'cancel', 'This proxy has no address at present.'), // [S5B-P-18]
  'bad-request': error('bad-request', 'modify', 'The request is not valid.'), // [S5B-P-66] [S5B-P-67] [S5B-P-70]
  'jid-malformed': error('jid-malformed', 'modify', 'The target is no JID.'), // [S5B-P-68]
  'not-acceptable': error('not-acceptable', 'modify', 'A proxy is no target.'), // [S5B-P-69]
  udp: error('feature-not-implemented', 'cancel', 'UDP is not supported.'), // [S5B-P-74]
  failed: error('internal-server-error', 'cancel', 'The proxy failed.'), // [S5B-P-65]
  'no-service': error('service-unavailable', 'cancel', 'There is no such service here.'), // [ENT-02] [ENT-15]
  'no-item': error('item-not-found', 'cancel', 'There is no such item here.'), // [ENT-13] [ENT-15]
  'read-only': error('not-allowed', 'cancel', 'There is nothing to set here.'), // [ENT-14]
};

/**
 * The `<error/>` for a reason, with the reason's own text where there is none in detail, in the stream's own namespace [COMP-17]. The request's payload is not echoed:
 * QXmpp waits for ever on an activation's answer that has a `<query/>`. [ENT-09] (clients.md 2.13)
 */
export function writeError(reason: Refusal, detail?: string): Element {
  const { condition, type, text } = stanzaErrors[reason];
  return xml(
    'error',
    { type },
    xml(condition, { xmlns: STANZAS }),
    xml('text', { xmlns: STANZAS, 'xml:lang': 'en' }, detail ?? text),
  );
}

function error(condition: string, type: StanzaError['type'], text: string): StanzaError {
  return { condition, type, text };
}
