// The keys of `timeouts`: every deadline that an operator may set. [S5B-P-83] [S5B-P-84]

import * as z from 'zod';
import { durationOrNone } from '../amounts.ts';
import { duration } from '../kinds.ts';

const idle = 'How long a stream may go without a byte in either direction.';
const stream = 'How long a stream may last.';

export const timeouts = z
  .strictObject({
    handshake: duration('10s').describe('From the connection to the end of the SOCKS exchange.'),
    pending: duration('10m').describe('How long a connection may wait for its activation.'),
    halfClose: duration('5m').describe('How long a half-closed stream may go without a byte.'),
    idle: durationOrNone.prefault('30m').describe(idle),
    stream: durationOrNone.prefault('none').describe(stream),
    unacknowledged: duration('15m').describe(
      'How long a connection may leave bytes unacknowledged, or a reader its window closed, before it counts as ' +
        'lost (`splice`; elsewhere the system decides).',
    ),
    shutdown: duration('30s').describe('How long running streams may go on after SIGTERM or SIGINT.'),
  })
  .prefault({})
  .describe('Deadlines, as durations such as `500ms`, `10s`, `5m` or `2h`.');

/** What a class may say of its own. */
export const classTimeouts = z
  .strictObject({
    idle: durationOrNone.optional().describe(idle),
    stream: durationOrNone.optional().describe(stream),
  })
  .optional();
