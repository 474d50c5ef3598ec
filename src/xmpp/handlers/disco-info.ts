// What the component is and speaks: the same for everyone who asks. [XEP-0030 §3] [S5B-P-01] [S5B-P-06] [ENT-11]

import { type FormField, writeResultForm } from '../../wire/data-form.ts';
import { DISCO_INFO, type DiscoInfo, writeInfo } from '../../wire/disco.ts';
import { attribute, type Element } from '../../wire/xml.ts';
import { answer, refuse, type Service } from '../service.ts';

const SERVER_INFO = 'http://jabber.org/network/serverinfo';

/** URIs by kind: `admin`, `abuse` and the others of XEP-0157. */
export type Contacts = Readonly<Record<string, readonly string[]>>;

/**
 * @param name what user interfaces call the proxy [S5B-P-03]
 * @param features the namespaces of all services; asked for only when the first request comes
 */
export function discoInfo(name: string, features: () => readonly string[], contacts: Contacts): Service {
  return {
    namespace: DISCO_INFO,
    element: 'query',
    elsewhere: 'no-item',
    get({ payload }) {
      const node = attribute(payload, 'node');
      if (node !== undefined && node !== '') return refuse('no-item'); // [ENT-13]
      const info: DiscoInfo = {
        identities: [{ category: 'proxy', type: 'bytestreams', name }],
        features: features(),
        extensions: writeContacts(contacts),
      };
      return answer(writeInfo(info, node));
    },
  };
}

/** Contact addresses: a form if any are configured. [XEP-0157 §3] [ENT-20] [ENT-21] */
function writeContacts(contacts: Contacts): Element[] {
  const fields: FormField[] = Object.entries(contacts)
    .filter(([, uris]) => uris.length > 0)
    .map(([kind, values]) => ({ name: `${kind}-addresses`, type: 'list-multi', values }));
  return fields.length === 0 ? [] : [writeResultForm(SERVER_INFO, fields)];
}
