// The keys of `selfCheck`: whether clients can reach what they are told. [S5B-P-18]

import * as z from 'zod';
import { duration } from '../kinds.ts';

export const selfCheck = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether it is done: at the start, after a reload, and then at intervals.'),
    interval: duration('1h').describe('From the end of one check to the next.'),
  })
  .prefault({})
  .describe('The proxy connects to every address that clients are told, and says what does not work.');
