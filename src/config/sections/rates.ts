// The keys of `rates`: how fast bytes may flow, both directions of a stream together. [S5B-P-85]

import * as z from 'zod';
import { rateOrNone, size } from '../amounts.ts';

const stream = 'Of one stream.';
const user = "Of one requester's streams together, whatever its resources; they share it evenly.";
const burst =
  'Bytes that may flow at once after a pause, never less than what flows in 50 ms; without it what flows in 200 ms.';

export const rates = z
  .strictObject({
    stream: rateOrNone.prefault('none').describe(stream),
    user: rateOrNone.prefault('none').describe(user),
    total: rateOrNone.prefault('none').describe('Of all streams together.'),
    burst: size.optional().describe(burst),
  })
  .prefault({})
  .describe('Bytes a second, as sizes such as `64KiB`, `10MB` or `1GB`, both directions together.');

/** What a class may say of its own. */
export const classRates = z
  .strictObject({
    stream: rateOrNone.optional().describe(stream),
    user: rateOrNone.optional().describe(user),
    burst: size.optional().describe(burst),
  })
  .optional();
