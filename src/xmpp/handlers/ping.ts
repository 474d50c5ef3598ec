// XMPP Ping: an empty result. [XEP-0199 §4] [ENT-16]

import type { Service } from '../service.ts';

export const PING = 'urn:xmpp:ping';

export const ping: Service = { namespace: PING, element: 'ping', get: () => ({ ok: true }) };
