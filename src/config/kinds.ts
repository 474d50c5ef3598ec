// The kinds of value a configuration key can have; each says in `expected` what it wants, for messages and documents.

import * as z from 'zod';
import { parseRule } from '../policy/jid-rules.ts';
import { parseNetwork } from '../policy/networks.ts';
import { isDomain, normaliseJid } from '../wire/jid.ts';
import { parseHost } from './host.ts';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
export const DURATION = /^(\d{1,10})(ms|s|m|h)$/;
/** What a timer of Node.js can wait. */
export const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds from a text such as `500ms`, `10s`, `5m`, `2h`. */
export const duration = (fallback: string) =>
  z
    .string()
    .regex(DURATION)
    .meta({ expected: 'a duration from 1ms to 596h, such as 500ms, 10s, 5m or 2h' })
    .default(fallback)
    .transform(toMilliseconds)
    .refine((ms) => ms > 0 && ms <= LONGEST_MS);

/** Of a text that is a duration. */
export function toMilliseconds(text: string): number {
  const [, amount = '0', unit = 'ms'] = DURATION.exec(text) ?? [];
  return Number(amount) * UNITS[unit as keyof typeof UNITS];
}

/** A whole number of at least `least`. */
export const count = (least: number) =>
  z
    .int()
    .min(least)
    .max(1_000_000)
    .meta({ expected: `a whole number from ${least} to 1000000` });

/** A kernel buffer: from a page up to 1 GiB. */
export const bufferBytes = z
  .int()
  .min(4096)
  .max(2 ** 30)
  .meta({ expected: 'bytes from 4096 to 1073741824' });

/** Threads: a number, or as many as fit. */
export const workers = z
  .union([z.literal('auto'), z.int().min(1).max(64)])
  .meta({ expected: 'auto, or a whole number from 1 to 64' });

/** A port that can be told to others. [S5B-P-12] */
export const port = z.int().min(1).max(65_535).meta({ expected: 'a port from 1 to 65535' });

/** A port to bind; 0 lets the system choose. */
export const boundPort = z.int().min(0).max(65_535).meta({ expected: 'a port from 0 to 65535' });

/** A host in its canonical spelling. */
export const host = z
  .string()
  .refine((text) => parseHost(text) !== undefined)
  .meta({ expected: 'an IP address or a host name' })
  .transform((text) => parseHost(text)?.text ?? text);

/** Text that is not empty. */
export const text = z.string().min(1).meta({ expected: 'text' });

/** Text that may be sent: XML has no control characters but tabs and line ends, and a server would end the stream. */
export const publicText = z
  .string()
  .min(1)
  .refine((value) => !/[^\P{C}\t\n\r\p{Cf}\p{Co}\p{Cn}]|[\ufffe\uffff]/u.test(value))
  .meta({ expected: 'text without control characters' });

export const path = z.string().min(1).meta({ expected: 'the path of a file' });

export const folder = z.string().min(1).meta({ expected: 'the path of a folder' });

/** The component's address, normalised as its server will write it. */
export const domain = z
  .string()
  .refine((name) => isDomain(name) && !name.includes('*'))
  .meta({ expected: 'a domain such as proxy.example.org' })
  .transform((name) => normaliseJid({ local: '', domain: name, resource: '' }).domain);

/** The component port of a server. */
export const service = z
  .string()
  .regex(/^xmpps?:\/\/(\[[0-9A-Fa-f:.]+\]|[^\s/?#@:[\]]+):\d{1,5}$/)
  .refine((url) => Number(url.slice(url.lastIndexOf(':') + 1)) <= 65_535)
  .meta({ expected: 'xmpp://HOST:PORT, or xmpps://HOST:PORT for direct TLS' });

export const uri = z.url().meta({ expected: 'a URI such as mailto:admin@example.org' });

export const accessRule = z
  .string()
  .refine((rule) => parseRule(rule) !== undefined)
  .meta({ expected: 'user@domain/resource, user@domain, domain, *.domain or *' });

/** Source addresses. */
export const network = z
  .string()
  .refine((text) => parseNetwork(text) !== undefined)
  .meta({ expected: 'a network such as 192.0.2.0/24 or 2001:db8::/32, or one IP address' });
