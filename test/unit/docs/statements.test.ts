// What SECURITY.md has to say, because no code can.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const text = readFileSync(new URL('../../../SECURITY.md', import.meta.url), 'utf8').replace(/\s+/g, ' ');

test.each([
  ['the payload is not encrypted [S5B-P-90]', '### The payload is not encrypted'],
  ['who knows sid and both JIDs can take a slot [S5B-P-90]', 'sid and both JIDs can take a slot'],
  ['neither GSSAPI nor user/password is offered [SOCKS-04]', 'GSSAPI and user/password are not implemented'],
  ['the component link belongs on loopback, or on xmpps:// [COMP-27]', 'keep the link on loopback'],
  ['the server cannot dial the component [COMP-28]', '`jabber:component:connect`'],
  ['XEP-0225 is not implemented [COMP-29]', 'XEP-0225'],
  ['no SOCKS input makes the proxy dial [S5B-P-87]', 'No SOCKS input makes the proxy open a connection'],
])('SECURITY.md says: %s', (_, sentence) => {
  expect(text).toContain(sentence);
});
