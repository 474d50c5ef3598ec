// Every key of the configuration: its type, its default, its limits and its one-line description.

import { z } from 'zod';
import { isDomain, parseJid } from '../wire/jid.ts';

/** Milliseconds from a text such as `500ms`, `10s`, `5m`, `2h`. */
const duration = (fallback: string) =>
  z
    .string()
    .regex(/^\d+(ms|s|m|h)$/, 'expected a duration such as 500ms, 10s, 5m or 2h')
    .default(fallback)
    .transform(toMilliseconds)
    .refine((ms) => ms > 0 && ms < 2 ** 31, 'expected more than 0 and less than 24 days');

function toMilliseconds(text: string): number {
  const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const [, amount = '0', unit = 's'] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  return Number(amount) * units[unit as keyof typeof units];
}

const port = z.number().int().min(1).max(65_535);
const boundPort = z.number().int().min(0).max(65_535);
const host = z.string().min(1);
const jidPattern = z.string().refine((text) => parseJid(text.replace(/^\*\./, '')) !== undefined, {
  message: 'expected user@domain/resource, user@domain, domain or *.domain',
});
const uris = z.array(z.url()).default([]);

export const configSchema = z.strictObject({
  xmpp: z.strictObject({
    service: z
      .string()
      .regex(/^xmpps?:\/\/[^/]+$/, 'expected xmpp://HOST:PORT, or xmpps:// for direct TLS')
      .default('xmpp://127.0.0.1:5347')
      .describe("The server's component port."),
    domain: z
      .string()
      .refine(isDomain, { message: 'expected a domain such as proxy.example.org' })
      .describe("The component's address: the JID under which clients find the proxy."),
    secret: z.string().min(1).optional().describe('The secret that the server has for this component.'),
    secretFile: z
      .string()
      .min(1)
      .optional()
      .describe('A file whose first line is the secret; instead of `secret`.'),
    caFile: z.string().min(1).optional().describe('With xmpps://: a PEM file of authorities to trust.'),
    ping: duration('60s').describe('How often the server is asked whether it is still there (XEP-0199).'),
    pingTimeout: duration('20s').describe('How long its answer may take before the link counts as dead.'),
    reconnect: z
      .strictObject({
        first: duration('5s').describe('The first reconnection comes after a random part of this time.'),
        max: duration('60s').describe(
          'The delay doubles up to this time, and a random part of it is waited.',
        ),
      })
      .prefault({})
      .describe('Back-off between attempts to join the server.'),
    onRefusal: z
      .enum(['retry', 'exit'])
      .default('retry')
      .describe(
        'When the server refuses the secret or the domain: go on trying at `reconnect.max`, or exit with 1.',
      ),
  }),
  listen: z
    .array(z.strictObject({ host, port: boundPort }))
    .min(1)
    .default([{ host: '::', port: 7777 }])
    .describe('Where SOCKS5 connections are accepted; `::` takes IPv4, too. Port 0 lets the system choose.'),
  streamhosts: z
    .array(z.strictObject({ host, port }))
    .min(1)
    .optional()
    .describe(
      "What clients are told; default: one entry, from the machine's address and the first listener's port.",
    ),
  http: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether the port is opened at all.'),
      host: host.default('127.0.0.1').describe('Where /metrics, /healthz and /readyz are served.'),
      port: boundPort.default(9565),
    })
    .prefault({}),
  access: z
    .strictObject({
      allow: z
        .array(jidPattern)
        .optional()
        .describe("Who may use the proxy as requester; default: the users of the component's parent domain."),
      deny: z.array(jidPattern).default([]).describe('Who may not, even if allowed.'),
    })
    .prefault({}),
  identity: z
    .strictObject({
      name: z
        .string()
        .min(1)
        .default('SOCKS5 Bytestreams')
        .describe('What service discovery calls the proxy.'),
      showOs: z.boolean().default(false).describe('Whether XEP-0092 tells the operating system.'),
      contacts: z
        .strictObject({
          admin: uris,
          abuse: uris,
          support: uris,
          security: uris,
          feedback: uris,
          sales: uris,
        })
        .prefault({})
        .describe('Contact addresses as URIs (XEP-0157).'),
      vcard: z
        .strictObject({
          name: z.string().min(1).optional(),
          description: z.string().min(1).optional(),
          url: z.url().optional(),
          email: z.string().min(1).optional(),
        })
        .optional()
        .describe('Answered to vcard-temp requests (XEP-0054); without it there is none.'),
    })
    .prefault({}),
  relay: z
    .strictObject({
      engine: z
        .enum(['auto', 'stream'])
        .default('auto')
        .describe('How bytes are moved; `auto` takes the fastest that runs here.'),
      earlyData: z
        .enum(['hold', 'discard'])
        .default('hold')
        .describe(
          'Bytes sent before the activation: delivered after the join, or thrown away (XEP-0065 §10.1).',
        ),
    })
    .prefault({}),
  limits: z
    .strictObject({
      handshakes: z.number().int().min(1).default(1024).describe('SOCKS handshakes in progress at once.'),
      waiting: z
        .number()
        .int()
        .min(2)
        .default(4096)
        .describe('Connections waiting for their activation at once.'),
      streams: z.number().int().min(1).default(4096).describe('Streams running at once.'),
    })
    .prefault({}),
  timeouts: z
    .strictObject({
      handshake: duration('10s').describe('From the connection to the end of the SOCKS exchange.'),
      pending: duration('10m').describe('How long a connection may wait for its activation.'),
      halfClose: duration('5m').describe('How long a half-closed stream may go without a byte.'),
      shutdown: duration('30s').describe('How long running streams may go on after SIGTERM or SIGINT.'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
      format: z.enum(['json', 'pretty']).default('json'),
      jids: z
        .enum(['full', 'masked'])
        .default('full')
        .describe('`masked` writes a keyed hash in place of each JID.'),
    })
    .prefault({}),
});

/** The configuration as written: every key but `xmpp.domain` may be missing. */
export type ConfigInput = z.input<typeof configSchema>;

/** The configuration as read, durations in milliseconds; the secret may still be in its file. */
export type ConfigFile = z.output<typeof configSchema>;

/** The configuration as used: the secret is there. */
export type Config = Omit<ConfigFile, 'xmpp'> & {
  readonly xmpp: Omit<ConfigFile['xmpp'], 'secretFile' | 'secret'> & { readonly secret: string };
};
