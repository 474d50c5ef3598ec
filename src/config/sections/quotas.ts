// The keys of `quotas`: how much may flow in a day and a month. [S5B-P-85]

import * as z from 'zod';
import { rate, sizeOrNone } from '../amounts.ts';
import { folder } from '../kinds.ts';

const DAY = 'Bytes a day, from midnight UTC.';
const MONTH = 'Bytes a month, from the first at midnight UTC.';

const period = (whose: string) =>
  z
    .strictObject({
      day: sizeOrNone.prefault('none').describe(DAY),
      month: sizeOrNone.prefault('none').describe(MONTH),
    })
    .prefault({})
    .describe(`What ${whose} may move, both directions of all streams together.`);

export const quotas = z
  .strictObject({
    user: period('one requester, whatever its resources,'),
    domain: period('all requesters of one domain'),
    atQuota: z
      .enum(['end', 'slow'])
      .default('end')
      .describe(
        'What happens to running streams at the quota: they end, or go on at `quotas.slowRate`; new ones are refused.',
      ),
    slowRate: rate.prefault('64KiB').describe('Bytes a second of a stream whose requester is at its quota.'),
    store: folder
      .optional()
      .describe(
        'The folder that keeps what has been used, on a local disc; made with mode 0700 if it is not there. Needed as ' +
          'soon as there is a quota, and with the optional package lmdb.',
      ),
  })
  .prefault({})
  .describe('How much may flow in a day and a month of UTC, as sizes such as `10GB`; kept over a restart.');

const classPeriod = z
  .strictObject({
    day: sizeOrNone.optional().describe(DAY),
    month: sizeOrNone.optional().describe(MONTH),
  })
  .optional();

/** What a class may say of its own. */
export const classQuotas = z.strictObject({ user: classPeriod, domain: classPeriod }).optional();
