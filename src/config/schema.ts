// Every key of the configuration: its kind, its default, its limits and its one-line description.

import { z } from 'zod';
import {
  accessRule,
  boundPort,
  bufferBytes,
  count,
  domain,
  duration,
  host,
  path,
  port,
  service,
  text,
  uri,
  workers,
} from './kinds.ts';

const uris = (whom: string) => z.array(uri).default([]).describe(`Where ${whom} is reached.`);

/** The protocol has no encryption of its own, hence loopback unless told otherwise. [COMP-27] */
const xmpp = z.strictObject({
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

const listen = z
  .array(
    z.strictObject({
      host: host.describe('The address to bind.'),
      port: boundPort.describe('The port to bind; 0 lets the system choose.'),
      congestion: text
        .optional()
        .describe('The TCP congestion control of its connections, such as bbr (Linux).'),
      receiveBuffer: bufferBytes
        .optional()
        .describe("Bytes of the kernel's receive buffers, instead of its own tuning (Linux)."),
      sendBuffer: bufferBytes
        .optional()
        .describe("Bytes of the kernel's send buffers, instead of its own tuning (Linux)."),
    }),
  )
  .min(1)
  .prefault([{ host: '::', port: 7777 }])
  .meta({ expected: 'a list of at least one { host, port }' })
  .describe(
    'Where SOCKS5 connections are accepted; `::` takes IPv4, too. An entry may have `congestion` (the TCP congestion ' +
      "control, such as bbr), `receiveBuffer` and `sendBuffer` (bytes, instead of the kernel's own tuning), on Linux.",
  );

const streamhosts = z
  .array(
    z.strictObject({
      host: host.describe('An IP address or a name; IPv6 without brackets.'),
      port: port.describe('The port that reaches a listener; it may differ from the bound one.'),
    }),
  )
  .min(1)
  .optional()
  .meta({ expected: 'a list of at least one { host, port }' })
  .describe(
    "What clients are told; without it one entry: the machine's address and the first listener's port. " +
      'Many clients read only the first entry.',
  );

const http = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether the port is opened at all.'),
    host: host.prefault('127.0.0.1').describe('The address to bind.'),
    port: boundPort.default(9565).describe('The port to bind; 0 lets the system choose.'),
  })
  .prefault({})
  .describe('Where /metrics, /healthz and /readyz are served.');

const access = z
  .strictObject({
    allow: z
      .array(accessRule)
      .optional()
      .describe(
        "Who may use the proxy as requester; without it the users of the component's parent domain " +
          '(`proxy.example.org`: those of `example.org`), and nobody if it has none.',
      ),
    deny: z.array(accessRule).default([]).describe('Who may not, even if allowed.'),
  })
  .prefault({})
  .describe(
    'Rules are `user@domain/resource`, `user@domain`, `domain`, `*.domain` (its subdomains) or `*` (everyone).',
  );

const identity = z
  .strictObject({
    name: text.default('SOCKS5 Bytestreams').describe('What service discovery calls the proxy.'),
    showOs: z.boolean().default(false).describe('Whether XEP-0092 tells the operating system.'),
    contacts: z
      .strictObject({
        admin: uris('the administration'),
        abuse: uris('whoever handles abuse'),
        support: uris('user support'),
        security: uris('whoever handles security reports'),
        feedback: uris('whoever reads feedback'),
        sales: uris('the sales department'),
      })
      .prefault({})
      .describe('Contact addresses as URIs, shown in service discovery (XEP-0157).'),
    vcard: z
      .strictObject({
        name: text.optional().describe('Full name (FN).'),
        description: text.optional().describe('Description (DESC).'),
        url: uri.optional().describe('Web page (URL).'),
        email: text.optional().describe('E-mail address (EMAIL).'),
      })
      .optional()
      .describe('Answered to vcard-temp requests (XEP-0054); without it there is none.'),
  })
  .prefault({})
  .describe('What the proxy says about itself.');

const relay = z
  .strictObject({
    engine: z
      .enum(['auto', 'splice', 'stream'])
      .default('auto')
      .describe(
        'How bytes are moved: `splice` without copying them (Linux, with the optional package koffi), `stream` ' +
          'everywhere; `auto` takes the fastest that runs here.',
      ),
    workers: workers
      .default('auto')
      .describe('Threads that move bytes (`splice`); `auto` leaves one core free.'),
    earlyData: z
      .enum(['hold', 'discard'])
      .default('hold')
      .describe(
        'Bytes sent before the activation: delivered after the join, or thrown away (XEP-0065 §10.1).',
      ),
  })
  .prefault({})
  .describe('How the bytes of a stream are moved.');

const limits = z
  .strictObject({
    handshakes: count(1).default(1024).describe('SOCKS handshakes in progress at once.'),
    waiting: count(2).default(4096).describe('Connections waiting for their activation at once.'),
    streams: count(1).default(4096).describe('Streams running at once.'),
  })
  .prefault({})
  .describe('How much may go on at once; whoever comes beyond it is refused.');

const timeouts = z
  .strictObject({
    // [S5B-P-83]
    handshake: duration('10s').describe('From the connection to the end of the SOCKS exchange.'),
    pending: duration('10m').describe('How long a connection may wait for its activation.'),
    halfClose: duration('5m').describe('How long a half-closed stream may go without a byte.'),
    shutdown: duration('30s').describe('How long running streams may go on after SIGTERM or SIGINT.'),
  })
  .prefault({})
  .describe('Deadlines, as durations such as `500ms`, `10s`, `5m` or `2h`.');

const log = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .describe('The least important lines to write; failed SOCKS handshakes are told at `debug` only.'),
    format: z.enum(['json', 'pretty']).default('json').describe('One JSON object a line, or lines to read.'),
    jids: z
      .enum(['full', 'masked'])
      .default('full')
      .describe('`masked` writes a keyed hash in place of each JID; its key changes with every start.'),
  })
  .prefault({})
  .describe('The log, written to standard output.');

export const configSchema = z.strictObject({
  xmpp: xmpp.describe('The link to the XMPP server (XEP-0114).'),
  listen,
  streamhosts,
  http,
  access,
  identity,
  relay,
  limits,
  timeouts,
  log,
});

/** The configuration as written: every key but `xmpp.domain` may be missing. */
export type ConfigInput = z.input<typeof configSchema>;

/** The configuration as read, durations in milliseconds; the secret may still be in its file. */
export type ConfigFile = z.output<typeof configSchema>;

/** The configuration as used: the secret is there. */
export type Config = Omit<ConfigFile, 'xmpp'> & {
  readonly xmpp: Omit<ConfigFile['xmpp'], 'secretFile' | 'secret'> & { readonly secret: string };
};
