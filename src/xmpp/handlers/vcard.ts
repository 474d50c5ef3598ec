// The component's vCard, from the configuration. [XEP-0054 §3.1] [ENT-22]

import { type Element, xml } from '../../wire/xml.ts';
import { answer, type Service } from '../service.ts';

const VCARD = 'vcard-temp';

export interface VCard {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly url?: string | undefined;
  readonly email?: string | undefined;
}

export function vcard(card: VCard): Service {
  return { namespace: VCARD, element: 'vCard', get: () => answer(writeVCard(card)) };
}

/** The elements in the order of the DTD. */
function writeVCard({ name, email, url, description }: VCard): Element {
  const card = xml('vCard', { xmlns: VCARD });
  if (name !== undefined) card.append(xml('FN', {}, name));
  if (email !== undefined) card.append(xml('EMAIL', {}, xml('INTERNET'), xml('USERID', {}, email)));
  if (url !== undefined) card.append(xml('URL', {}, url));
  if (description !== undefined) card.append(xml('DESC', {}, description));
  return card;
}
