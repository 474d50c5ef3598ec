// Every key of the configuration, section by section; each section's file has its kinds, defaults and descriptions.

import * as z from 'zod';
import { access } from './sections/access.ts';
import { http, listen, streamhosts } from './sections/addresses.ts';
import { audit } from './sections/audit.ts';
import { classes } from './sections/classes.ts';
import { drain } from './sections/drain.ts';
import { identity } from './sections/identity.ts';
import { limits } from './sections/limits.ts';
import { xmpp } from './sections/link.ts';
import { log } from './sections/log.ts';
import { quotas } from './sections/quotas.ts';
import { rates } from './sections/rates.ts';
import { relay } from './sections/relay.ts';
import { selfCheck } from './sections/self-check.ts';
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
  audit,
  selfCheck,
  drain,
});

/** The configuration as written: every key but `xmpp.domain` may be missing. */
export type ConfigInput = z.input<typeof configSchema>;

/** The configuration as read: durations in milliseconds, sizes in bytes, `none` as Infinity; the secret may still be in its file. */
export type ConfigFile = z.output<typeof configSchema>;

/** The configuration as used: the secret and the key are there, and paths are absolute. */
export type Config = Omit<ConfigFile, 'http' | 'xmpp' | 'audit'> & {
  readonly xmpp: Omit<ConfigFile['xmpp'], 'secretFile' | 'secret'> & { readonly secret: string };
  readonly http: Omit<ConfigFile['http'], 'tokenFile'> & { readonly token?: string };
  readonly audit: Omit<ConfigFile['audit'], 'keyFile'> & { readonly key?: string };
};
