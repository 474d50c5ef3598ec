// The keys of `audit`: one line for every stream that has ended. [S5B-P-89]

import * as z from 'zod';
import { path } from '../kinds.ts';

export const audit = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether they are written; without them ended streams are told at `debug` only.'),
    file: path
      .optional()
      .describe(
        'A file that gets them, as one JSON object a line, instead of the log; SIGHUP opens it anew. It is made ' +
          'with mode 0600 if it is not there.',
      ),
    mask: z
      .strictObject({
        jids: z.boolean().default(false).describe('A keyed hash of the bare JID in place of each JID.'),
        addresses: z.boolean().default(false).describe('A keyed hash in place of each source address.'),
      })
      .prefault({})
      .describe('What the lines do not say in plain text.'),
    keyFile: path
      .optional()
      .describe(
        'A file whose first line is the key of these hashes and of those in the log, so that they stay the same; ' +
          'without it there is a new key at every start.',
      ),
  })
  .prefault({})
  .describe(
    'One line for every stream: requester, target, source addresses, class, bytes, duration, rate, reason.',
  );
