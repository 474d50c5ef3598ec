// The SOCKS5 parser, server and client side: the same verdict however the bytes are cut, and never a throw. [SOCKS-07]

import type { Parsed } from '../../../src/wire/socks5.ts';
import { parseGreeting, parseRequest } from '../../../src/wire/socks5.ts';
import { cut } from '../mutate.ts';
import { promise, type Target } from '../target.ts';

/** No greeting is longer than 257 bytes, no request longer than 262. */
const LONGEST = 262;

const KEY = 'a4e991655a97da1f5df45b242d7f716eb4729d11';

export const socks: Target = {
  name: 'socks',
  seeds: [
    Buffer.from('050100', 'hex'),
    Buffer.from('05020002', 'hex'),
    Buffer.concat([Buffer.from('0501000501000328', 'hex'), Buffer.from(KEY), Buffer.from('0000', 'hex')]),
    Buffer.from('05010005010001c0000201 1e61'.replaceAll(' ', ''), 'hex'),
    Buffer.from('0501000501000420010db8000000000000000000000001 1e61'.replaceAll(' ', ''), 'hex'),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.from('04010050c000020100', 'hex'),
  ],
  words: [KEY, '\x05\x01\x00', '\x05\x01\x00\x03', '\x28', '\xff', '\x00\x00'],
  maxBytes: 1024,
  run(input, random) {
    const whole = converse([input]);
    const inPieces = converse(cut(input, random));
    promise(whole === inPieces, `cut in pieces it is ${inPieces}, in one piece ${whole}`);
    return whole;
  },
};

/** A greeting, then a request, as bytes come in; the verdict in words. */
function converse(pieces: readonly Buffer[]): string {
  let bytes: Buffer = Buffer.alloc(0);
  const words: string[] = [];
  for (const piece of pieces) {
    bytes = Buffer.concat([bytes, piece]);
    if (words.length === 0)
      bytes = read(bytes, parseGreeting, words, ({ methods }) => `${methods.includes(0)}`);
    if (words.length === 1 && words[0]?.startsWith('complete')) {
      bytes = read(bytes, parseRequest, words, ({ supported, host }) => `${supported} ${host.length}`);
    }
  }
  promise(
    words.length === 2 || words.at(-1)?.startsWith('invalid') || bytes.length <= LONGEST,
    'it waits for ever',
  );
  return words.join(', ') || 'incomplete';
}

function read<T>(
  bytes: Buffer,
  parse: (bytes: Buffer) => Parsed<T>,
  words: string[],
  tell: (value: T) => string,
): Buffer {
  const parsed = parse(bytes);
  if (parsed.state === 'incomplete') return bytes;
  if (parsed.state === 'invalid') {
    words.push(`invalid ${parsed.reason}`);
    return bytes;
  }
  promise(
    parsed.length > 0 && parsed.length <= bytes.length,
    `a message takes ${parsed.length} of ${bytes.length} bytes`,
  );
  promise(parsed.length <= LONGEST, `a message takes ${parsed.length} bytes`);
  words.push(`complete ${tell(parsed.value)}`);
  return bytes.subarray(parsed.length);
}
