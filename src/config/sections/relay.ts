// The keys of `relay`: how bytes are moved. [XEP-0065 §10.1]

import * as z from 'zod';
import { workers } from '../kinds.ts';

export const relay = z
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
