// Last activity: for a component, how long it has been running. [XEP-0012 §5] [ENT-19]

import { xml } from '../../wire/xml.ts';
import { answer, type Service } from '../service.ts';

const LAST = 'jabber:iq:last';

/** @param uptimeMs milliseconds since the daemon started */
export function last(uptimeMs: () => number): Service {
  return {
    namespace: LAST,
    element: 'query',
    get: () => answer(xml('query', { xmlns: LAST, seconds: Math.floor(uptimeMs() / 1000) })),
  };
}
