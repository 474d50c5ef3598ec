// The keys of `log`. [S5B-P-89]

import * as z from 'zod';

export const log = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .describe('The least important lines to write; failed SOCKS handshakes are told at `debug` only.'),
    format: z.enum(['json', 'pretty']).default('json').describe('One JSON object a line, or lines to read.'),
    jids: z
      .enum(['full', 'masked'])
      .default('full')
      .describe(
        '`masked` writes a keyed hash in place of each JID; its key changes with every start, unless ' +
          '`audit.keyFile` has one.',
      ),
    addresses: z
      .enum(['full', 'masked'])
      .default('full')
      .describe('The same for the addresses that connections come from.'),
  })
  .prefault({})
  .describe('The log, written to standard output.');
