// The keys of `access`: who may use the proxy. [S5B-P-22]

import * as z from 'zod';
import { accessRule } from '../kinds.ts';

export const access = z
  .strictObject({
    allow: z
      .array(accessRule)
      .optional()
      .describe(
        "Who may use the proxy as requester; without it the users of the component's parent domain " +
          '(`proxy.example.org`: those of `example.org`), and nobody if it has none.',
      ),
    deny: z.array(accessRule).default([]).describe('Who may not, even if allowed.'),
  })
  .prefault({})
  .describe(
    'Rules are `user@domain/resource`, `user@domain`, `domain`, `*.domain` (its subdomains) or `*` (everyone).',
  );
