// The keys of `classes`: groups of requesters with limits, rates and quotas of their own. [S5B-P-85]

import * as z from 'zod';
import { accessRule, network } from '../kinds.ts';
import { classLimits } from './limits.ts';
import { classQuotas } from './quotas.ts';
import { classRates } from './rates.ts';
import { classTimeouts } from './timeouts.ts';

/** In order; the first that matches counts. */
export const classes = z
  .array(
    z.strictObject({
      name: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
        .meta({ expected: 'a name of up to 64 letters, digits, dots, dashes and underscores' })
        .describe('What the log and `check --explain` call it.'),
      match: z
        .strictObject({
          jids: z.array(accessRule).min(1).optional().describe('Rules as in `access`, for the requester.'),
          networks: z
            .array(network)
            .min(1)
            .optional()
            .describe('Source networks; one of the two connections comes from there.'),
        })
        .refine(({ jids, networks }) => jids !== undefined || networks !== undefined)
        .meta({ expected: 'jids, networks or both, each a list of at least one entry' })
        .describe('Who belongs to it; all that is given must hold.'),
      limits: classLimits.describe('Instead of those of `limits`.'),
      timeouts: classTimeouts.describe('Instead of those of `timeouts`.'),
      rates: classRates.describe('Instead of those of `rates`.'),
      quotas: classQuotas.describe('Instead of those of `quotas`.'),
    }),
  )
  .max(1000)
  .prefault([])
  .meta({ expected: 'a list of at most 1000 { name, match, … }' })
  .describe(
    'Groups of requesters, in order: the first that matches counts. An entry has `name`, `match` (`jids`: rules as in ' +
      '`access`; `networks`: source networks of either connection; all that is given must hold), and what differs: ' +
      '`limits` (`streamsPerUser`, `streamsPerDomain`), `timeouts` (`idle`, `stream`), `rates` (`stream`, `user`, ' +
      '`burst`), `quotas` (`user` and `domain`, each with `day` and `month`). What it does not say comes from the ' +
      'general keys; who is in none has these alone.',
  );
