// Whoever wants something of the HTTP port shows the token, if one is set: as a bearer, or as the password of anyone,
// which is how a browser can be asked for it. [RFC 6750 §2.1] [RFC 7617]

import { createHash, timingSafeEqual } from 'node:crypto';

/** What a browser is told, so that it asks. */
export const CHALLENGE = 'Basic realm="streamhost", charset="UTF-8"';

/** Whether the header of a request shows the token. */
export function showsToken(authorization: string | undefined, token: string): boolean {
  const [scheme = '', credentials = ''] = (authorization ?? '').split(' ', 2);
  if (scheme.toLowerCase() === 'bearer') return isSame(credentials, token);
  if (scheme.toLowerCase() !== 'basic') return false;
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  return isSame(pair.slice(pair.indexOf(':') + 1), token);
}

/** In a time that tells nothing of where they differ. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
