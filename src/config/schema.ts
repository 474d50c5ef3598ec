// Every key of the configuration, section by section; each section's file has its kinds, defaults and descriptions.

import { z } from 'zod';
import { access } from './sections/access.ts';
import { http, listen, streamhosts } from './sections/addresses.ts';
import { classes } from './sections/classes.ts';
import { identity } from './sections/identity.ts';
import { limits } from './sections/limits.ts';
import { xmpp } from './sections/link.ts';
import { log } from './sections/log.ts';
import { quotas } from './sections/quotas.ts';
import { rates } from './sections/rates.ts';
import { relay } from './sections/relay.ts';
import { timeouts } from './sections/timeouts.ts';

export const configSchema = z.strictObject({
  xmpp: xmpp.describe('The link to the XMPP server (XEP-0114).'),
  listen,
  streamhosts,
  http,
  access,
  classes,
  identity,
  relay,
  limits,
  timeouts,
  rates,
  quotas,
  log,
});

/** The configuration as written: every key but `xmpp.domain` may be missing. */
export type ConfigInput = z.input<typeof configSchema>;

/** The configuration as read: durations in milliseconds, sizes in bytes, `none` as Infinity; the secret may still be in its file. */
export type ConfigFile = z.output<typeof configSchema>;

/** The configuration as used: the secret is there. */
export type Config = Omit<ConfigFile, 'xmpp'> & {
  readonly xmpp: Omit<ConfigFile['xmpp'], 'secretFile' | 'secret'> & { readonly secret: string };
};
