// Whether the server lists the proxy among its services, as far as the component alone can see. [XEP-0030 §4] [S5B-R-01]

import { DISCO_ITEMS, readItems } from '../wire/disco.ts';
import { attribute, type Element, xml } from '../wire/xml.ts';

export interface Listing {
  readonly listed: boolean | undefined;
  /** For the operator. */
  readonly detail: string;
}

/** @param ask sends a get, and resolves with the reply or with undefined */
export async function askForListing(
  domain: string,
  parent: string | undefined,
  ask: (to: string, payload: Element) => Promise<Element | undefined>,
): Promise<Listing> {
  if (parent === undefined)
    return { listed: undefined, detail: `${domain} has no parent domain that could list it` };
  const reply = await ask(parent, xml('query', { xmlns: DISCO_ITEMS }));
  if (reply === undefined) return { listed: undefined, detail: `${parent} did not say what it lists` };
  if (attribute(reply, 'type') === 'error')
    return { listed: undefined, detail: `${parent} does not tell components what it lists` };
  const listed = readItems(reply).includes(domain);
  const detail = listed
    ? `${parent} lists ${domain} among its services`
    : `${parent} does not list ${domain} among its services, so clients do not find it`;
  return { listed, detail };
}
