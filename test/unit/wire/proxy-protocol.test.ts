// The header of a load balancer, byte by byte.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProxyHeader } from '../../../src/wire/proxy-protocol.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
const IPV4_BODY = 'c0000201 cb007107 dc04 1e61';
const IPV6_BODY = '20010db8000000000000000000000001 20010db8000000000000000000000002 dc04 1e61';

const text = (line: string) => Buffer.from(line, 'latin1');
const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex');

/** A header of version 2: the 13th and 14th byte, then what the length counts. */
function binary(head: string, body: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  return Buffer.concat([hex(SIGNATURE + head), length, body]);
}

/** From whom a whole header says the connection is. */
function sourceOf(header: Buffer): string | undefined {
  const parsed = parseProxyHeader(header);
  if (parsed.state !== 'complete') throw new Error(`the header is ${parsed.state}`);
  expect(parsed.length).toBe(header.length);
  return parsed.value.source;
}

const valid: [name: string, header: Buffer, source: string | undefined][] = [
  ['TCP4', text('PROXY TCP4 192.0.2.1 203.0.113.7 56324 7777\r\n'), '192.0.2.1'],
  ['TCP6', text('PROXY TCP6 2001:DB8:0::1 ::1 65535 0\r\n'), '2001:db8::1'],
  ['UNKNOWN', text('PROXY UNKNOWN\r\n'), undefined],
  ['UNKNOWN with addresses', text(`PROXY UNKNOWN ${'f'.repeat(91)}\r\n`), undefined],
  ['version 2, TCP over IPv4', binary('2111', hex(IPV4_BODY)), '192.0.2.1'],
  ['version 2, TCP over IPv6', binary('2121', hex(IPV6_BODY)), '2001:db8::1'],
  ['version 2 with TLVs', binary('2111', hex(`${IPV4_BODY} 02 0003 616263 04 0001 00`)), '192.0.2.1'],
  ['version 2, LOCAL', binary('2000', hex('')), undefined],
  ['version 2, LOCAL with an address', binary('2011', hex(IPV4_BODY)), undefined],
  ['version 2, LOCAL with a family nobody knows', binary('20ff', hex('00')), undefined],
  ['version 2, UNSPEC', binary('2100', hex('')), undefined],
  ['version 2, UDP over IPv4', binary('2112', hex(IPV4_BODY)), undefined],
  ['version 2, a Unix socket', binary('2131', Buffer.alloc(216)), undefined],
];

const invalid: [name: string, header: Buffer][] = [
  ['a SOCKS5 greeting', hex('05 01 00')],
  ['HTTP', text('POST / HTTP/1.1\r\n')],
  ['another protocol', text('PROXY UDP4 192.0.2.1 203.0.113.7 1 2\r\n')],
  ['lower case', text('proxy TCP4 192.0.2.1 203.0.113.7 1 2\r\n')],
  ['two spaces', text('PROXY TCP4  192.0.2.1 203.0.113.7 1 2\r\n')],
  ['an IPv6 address as TCP4', text('PROXY TCP4 ::1 ::1 1 2\r\n')],
  ['an IPv4 address as TCP6', text('PROXY TCP6 192.0.2.1 192.0.2.1 1 2\r\n')],
  ['half an address', text('PROXY TCP4 192.0.2 203.0.113.7 1 2\r\n')],
  ['a port out of range', text('PROXY TCP4 192.0.2.1 203.0.113.7 1 65536\r\n')],
  ['a port with a leading zero', text('PROXY TCP4 192.0.2.1 203.0.113.7 01 2\r\n')],
  ['no ports', text('PROXY TCP4 192.0.2.1 203.0.113.7\r\n')],
  ['a longer line than there is', text(`PROXY UNKNOWN ${'f'.repeat(92)}\r\n`)],
  ['a line without an end', text(`PROXY UNKNOWN ${'f'.repeat(93)}`)],
  ['an incomplete signature', hex('0d0a0d0a000d0a515549550a')],
  ['version 1 in binary', binary('1111', hex(IPV4_BODY))],
  ['an unknown command', binary('2211', hex(IPV4_BODY))],
  ['an unknown family', binary('2141', hex(IPV4_BODY))],
  ['an unknown transport', binary('2113', hex(IPV4_BODY))],
  ['too few bytes for IPv4', binary('2111', Buffer.alloc(11))],
  ['too few bytes for IPv6', binary('2121', Buffer.alloc(35))],
  ['more bytes than we keep', binary('2111', Buffer.alloc(4097))],
];

describe('a PROXY protocol header', () => {
  it.each(valid)('is read: %s', (_, header, source) => {
    expect(sourceOf(header)).toBe(source);
  });

  it.each(valid)('cut at any byte is incomplete, and what follows is left alone: %s', (_, header) => {
    for (let cut = 0; cut < header.length; cut++) {
      expect(parseProxyHeader(header.subarray(0, cut))).toEqual({ state: 'incomplete' });
    }
    const followed = parseProxyHeader(Buffer.concat([header, hex('05 01 00')]));
    expect(followed).toMatchObject({ state: 'complete', length: header.length });
  });

  it.each(invalid)('is refused: %s', (_, header) => {
    expect(parseProxyHeader(header)).toEqual({ state: 'invalid', reason: 'bad-proxy-header' });
  });

  it('is refused with the first byte that cannot belong to one', () => {
    expect(parseProxyHeader(text('PROXX'))).toMatchObject({ state: 'invalid' });
    expect(parseProxyHeader(hex('0d0a0d0b'))).toMatchObject({ state: 'invalid' });
    expect(parseProxyHeader(hex(`${SIGNATURE} 31`))).toMatchObject({ state: 'invalid' });
    expect(parseProxyHeader(hex(`${SIGNATURE} 21 11 ffff`))).toMatchObject({ state: 'invalid' });
  });

  it('is never awaited beyond its bound, whatever comes', () => {
    const starts = [Buffer.alloc(0), text('PROXY '), hex(SIGNATURE), binary('2111', hex(IPV4_BODY))];
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }), (start, rest) => {
        const bytes = Buffer.concat([start, rest]);
        const parsed = parseProxyHeader(bytes);
        if (parsed.state === 'complete') expect(parsed.length).toBeLessThanOrEqual(bytes.length);
        expect(parseProxyHeader(Buffer.concat([bytes, Buffer.alloc(16 + 4096)])).state).not.toBe(
          'incomplete',
        );
      }),
    );
  });

  it('written out in text gives its address back', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV6(), fc.nat(65_535), (four, six, port) => {
        expect(sourceOf(text(`PROXY TCP4 ${four} 192.0.2.1 ${port} 1\r\n`))).toBe(four);
        const source = sourceOf(text(`PROXY TCP6 ${six} ::1 ${port} 1\r\n`));
        expect(sourceOf(text(`PROXY TCP6 ${source} ::1 1 1\r\n`))).toBe(source);
      }),
    );
  });
});
