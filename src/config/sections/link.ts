// The keys of `xmpp`: the link to the server. [XEP-0114]

import * as z from 'zod';
import { domain, duration, path, service, text } from '../kinds.ts';

/** The protocol has no encryption of its own, hence loopback unless told otherwise. [COMP-27] */
export const xmpp = z.strictObject({
  service: service.default('xmpp://127.0.0.1:5347').describe("The server's component port."),
  domain: domain.describe("The component's address: the JID under which clients find the proxy."),
  secret: text.optional().describe('The secret that the server has for this component.'),
  secretFile: path.optional().describe('A file whose first line is the secret; instead of `secret`.'),
  caFile: path.optional().describe('With xmpps://: a PEM file of the authorities to trust.'),
  ping: duration('60s').describe('How often the server is asked whether it is still there (XEP-0199).'),
  pingTimeout: duration('20s').describe('How long its answer may take before the link counts as dead.'),
  reconnect: z
    .strictObject({
      first: duration('5s').describe('The first reconnection comes after a random part of this time.'),
      max: duration('60s').describe('The delay doubles up to this time, and a random part of it is waited.'),
    })
    .prefault({})
    .describe('Back-off between attempts to join the server.'),
  onRefusal: z
    .enum(['retry', 'exit'])
    .default('retry')
    .describe(
      'When the server refuses the secret or the domain: go on trying at `xmpp.reconnect.max`, or exit with 1.',
    ),
});
