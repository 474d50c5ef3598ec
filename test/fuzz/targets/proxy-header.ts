// The PROXY protocol's header: the same verdict however the bytes are cut, within its bound, and an address if any.

import { isIP } from 'node:net';
import { parseProxyHeader } from '../../../src/wire/proxy-protocol.ts';
import { cut } from '../mutate.ts';
import { promise, type Target } from '../target.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
/** 16 bytes of head and 4096 of addresses and TLVs. */
const LONGEST = 16 + 4096;

export const proxyHeader: Target = {
  name: 'proxy-header',
  seeds: [
    Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 56324 7777\r\n\x05\x01\x00', 'latin1'),
    Buffer.from('PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n'),
    Buffer.from('PROXY UNKNOWN\r\n'),
    Buffer.from(`${SIGNATURE}2111000cc0000201c0000202dc041e61`, 'hex'),
    Buffer.from(`${SIGNATURE}20000000`, 'hex'),
    Buffer.from(`${SIGNATURE}21210024${'20010db8'.repeat(8)}dc041e61`, 'hex'),
  ],
  words: ['PROXY ', 'TCP4 ', '\r\n', '65536', '0', '::', '\x21\x11', '\xff\xff', '\x00\x0c'],
  maxBytes: 6000,
  run(input, random) {
    const whole = read([input]);
    const inPieces = read(cut(input, random));
    promise(whole === inPieces, `cut in pieces it is ${inPieces}, in one piece ${whole}`);
    return whole;
  },
};

/** The first verdict as bytes come in. */
function read(pieces: readonly Buffer[]): string {
  let bytes: Buffer = Buffer.alloc(0);
  for (const piece of pieces) {
    bytes = Buffer.concat([bytes, piece]);
    const parsed = parseProxyHeader(bytes);
    if (parsed.state === 'incomplete') {
      promise(bytes.length < LONGEST, 'it waits for ever');
      continue;
    }
    if (parsed.state === 'invalid') return parsed.reason;
    const { source } = parsed.value;
    promise(parsed.length <= Math.min(bytes.length, LONGEST), `a header takes ${parsed.length} bytes`);
    promise(source === undefined || isIP(source) !== 0, `${source} is no address`);
    return `complete ${source === undefined ? 0 : isIP(source)} ${parsed.length}`;
  }
  return 'incomplete';
}
