// The keys of `drain`: what happens between SIGTERM and the end. [S5B-P-88]

import * as z from 'zod';

export const drain = z
  .strictObject({
    link: z
      .enum(['keep', 'leave'])
      .default('keep')
      .describe(
        'The link to the XMPP server meanwhile: `keep` lets transfers that wait be completed; `leave` gives the ' +
          "component's name to a new process at once, and ends what waits.",
      ),
  })
  .prefault({})
  .describe('How running streams are seen out; `timeouts.shutdown` says how long that may take.');
