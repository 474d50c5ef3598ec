// The keys of `listen`, `streamhosts` and `http`: where we are reached. [S5B-P-12] [S5B-P-19]

import * as z from 'zod';
import { boundPort, bufferBytes, host, path, port, text } from '../kinds.ts';

export const listen = z
  .array(
    z.strictObject({
      host: host.describe('The address to bind.'),
      port: boundPort.describe('The port to bind; 0 lets the system choose.'),
      proxyProtocol: z
        .boolean()
        .optional()
        .describe('Whether every connection begins with a PROXY protocol header (version 1 or 2).'),
      reusePort: z
        .boolean()
        .optional()
        .describe('Whether other processes may bind it, too, as a new one does beside one that drains.'),
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
    'Where SOCKS5 connections are accepted; `::` takes IPv4, too. An entry may have `proxyProtocol: true` (every ' +
      'connection begins with a PROXY protocol header, as a load balancer sends it; elsewhere such a header is refused), ' +
      '`reusePort: true` (a new process may bind it beside one that drains; Node.js 22.12 or 23.1, not on Windows or ' +
      'macOS) and, on Linux, `congestion` (the TCP congestion control, such as bbr), `receiveBuffer` and `sendBuffer` (bytes, ' +
      "instead of the kernel's own tuning).",
  );

export const streamhosts = z
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

export const http = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether the port is opened at all.'),
    host: host.prefault('127.0.0.1').describe('The address to bind.'),
    port: boundPort.default(9565).describe('The port to bind; 0 lets the system choose.'),
    tokenFile: path
      .optional()
      .describe(
        'A file whose first line everyone has to show who wants anything of this port, as a bearer token or as ' +
          'the password of a browser.',
      ),
    showJids: z
      .boolean()
      .default(false)
      .describe('Whether the status page at / shows JIDs in full; else keyed hashes in their place.'),
  })
  .prefault({})
  .describe('Where the status page, /metrics, /healthz and /readyz are served.');
