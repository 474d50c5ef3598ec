// What we are and can do, told to whoever asks. [XEP-0030 §3] [SI-R-01]

import { DISCO_INFO, DISCO_ITEMS, type Identity, writeInfo } from '../wire/disco.ts';
import { attribute } from '../wire/xml.ts';
import { StanzaError } from './errors.ts';
import type { Session } from './session.ts';

export interface DiscoAnswer {
  /** At least one; default: a client of type `pc`. */
  readonly identities?: readonly Identity[];
  /** Namespaces, those of discovery aside. */
  readonly features: readonly string[];
}

const CLIENT: Identity = { category: 'client', type: 'pc', name: 'streamhost' };

/**
 * Answers disco#info from now on, until the returned function is called.
 * @throws Error when somebody answers it already on this session
 */
export function answerDisco(session: Session, { identities = [CLIENT], features }: DiscoAnswer): () => void {
  const all = [...new Set([DISCO_INFO, DISCO_ITEMS, ...features])]; // [ENT-11]
  return session.handle('get', DISCO_INFO, 'query', ({ payload }) => {
    if (attribute(payload, 'node') !== undefined)
      return new StanzaError({ condition: 'item-not-found', type: 'cancel' }); // [ENT-13]
    return writeInfo({ identities, features: all, extensions: [] });
  });
}
