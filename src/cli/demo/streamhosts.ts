// The streamhosts in a query, as a client reads them: broken entries are passed over. [XEP-0065 §9.2] [S5B-T-04]

import type { Streamhost } from '../../wire/bytestreams.ts';
import { attribute, type Element } from '../../wire/xml.ts';

const DEFAULT_PORT = 1080;

export function readStreamhosts(query: Element | undefined): Streamhost[] {
  return (query?.getChildren('streamhost') ?? []).flatMap((element) => {
    const [jid, host] = [attribute(element, 'jid'), attribute(element, 'host')];
    const port = Number(attribute(element, 'port') ?? DEFAULT_PORT);
    if (!jid || !host || !Number.isInteger(port) || port < 1 || port > 65_535) return [];
    return [{ jid, host: host.replace(/^\[(.*)\]$/, '$1'), port }];
  });
}
