// The keys of `identity`: what the proxy says about itself. [XEP-0157] [XEP-0054]

import * as z from 'zod';
import { publicText, uri } from '../kinds.ts';

const uris = (whom: string) => z.array(uri).default([]).describe(`Where ${whom} is reached.`);

export const identity = z
  .strictObject({
    name: publicText.default('SOCKS5 Bytestreams').describe('What service discovery calls the proxy.'),
    showOs: z.boolean().default(false).describe('Whether XEP-0092 tells the operating system.'),
    contacts: z
      .strictObject({
        admin: uris('the administration'),
        abuse: uris('whoever handles abuse'),
        support: uris('user support'),
        security: uris('whoever handles security reports'),
        feedback: uris('whoever reads feedback'),
        sales: uris('the sales department'),
      })
      .prefault({})
      .describe('Contact addresses as URIs, shown in service discovery (XEP-0157).'),
    vcard: z
      .strictObject({
        name: publicText.optional().describe('Full name (FN).'),
        description: publicText.optional().describe('Description (DESC).'),
        url: uri.optional().describe('Web page (URL).'),
        email: publicText.optional().describe('E-mail address (EMAIL).'),
      })
      .optional()
      .describe('Answered to vcard-temp requests (XEP-0054); without it there is none.'),
  })
  .prefault({})
  .describe('What the proxy says about itself.');
