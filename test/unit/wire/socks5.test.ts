// SOCKS5 messages, byte by byte.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  methodReply,
  NO_ACCEPTABLE_METHOD,
  NO_AUTHENTICATION,
  type Parsed,
  parseGreeting,
  parseRequest,
  Reply,
  reply,
} from '../../../src/wire/socks5.ts';

const KEY = '98b8d688d0f5d895fd41c5e7309a2e9e33ba32ff';
const CONNECT = Buffer.concat([
  Buffer.from('0501000328', 'hex'),
  Buffer.from(KEY),
  Buffer.from('0000', 'hex'),
]);

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('a greeting', () => {
  it('is complete with its last method [SOCKS-01]', () => {
    expect(parseGreeting(hex('05 01 00'))).toEqual({
      state: 'complete',
      value: { methods: hex('00') },
      length: 3,
    });
  });

  it('may list 255 methods, or none [SOCKS-02] [SOCKS-03]', () => {
    const many = Buffer.concat([hex('05 ff'), Buffer.alloc(254, 0x80), hex('00')]);
    expect(parseGreeting(many)).toMatchObject({ state: 'complete', length: 257 });
    expect(parseGreeting(hex('05 00'))).toMatchObject({ state: 'complete', length: 2 });
  });

  it.each(['04', '47', '16', '00'])(
    'beginning with %s is not SOCKS5, which the first byte tells [SOCKS-05]',
    (first) => {
      expect(parseGreeting(hex(first))).toEqual({ state: 'invalid', reason: 'not-socks5' });
    },
  );

  it('cut at any byte is incomplete, and the rest is left alone [SOCKS-07]', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 255 }), fc.uint8Array(), (methods, rest) => {
        const message = Buffer.concat([Buffer.of(5, methods.length), methods]);
        for (let cut = 0; cut < message.length; cut++) {
          expect(parseGreeting(message.subarray(0, cut)).state).toBe('incomplete');
        }
        const parsed = complete(parseGreeting(Buffer.concat([message, rest])));
        expect(parsed.length).toBe(message.length);
        expect(Buffer.from(parsed.value.methods).equals(Buffer.from(methods))).toBe(true);
      }),
    );
  });
});

describe('a request', () => {
  it('names host and port; the port may be other than 0 [SOCKS-06] [S5B-P-51]', () => {
    const message = Buffer.concat([CONNECT.subarray(0, -2), hex('0438')]);
    const { value, length } = complete(parseRequest(message));
    expect(value).toEqual({ supported: true, host: Buffer.from(KEY), port: 1080 });
    expect(length).toBe(47);
  });

  it('cut at any byte is incomplete, whatever name it carries [SOCKS-07] [SOCKS-20]', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 255 }), fc.nat(65_535), (name, port) => {
        const message = Buffer.concat([
          Buffer.of(5, 1, 0, 3, name.length),
          name,
          Buffer.of(port >> 8, port & 0xff),
        ]);
        for (let cut = 0; cut < message.length; cut++) {
          expect(parseRequest(message.subarray(0, cut)).state).toBe('incomplete');
        }
        const parsed = complete(parseRequest(Buffer.concat([message, Buffer.from('rest')])));
        expect(parsed.length).toBe(message.length);
        expect(parsed.value.port).toBe(port);
        expect(parsed.value.host.equals(Buffer.from(name))).toBe(true);
      }),
    );
  });

  it.each(['00', '02', '03', 'ff'])(
    'with command %s is parsed to its end, to be refused with an echo [SOCKS-13] [SOCKS-16]',
    (command) => {
      const message = Buffer.concat([hex(`05 ${command} 00 03 01 61 00 00`)]);
      expect(complete(parseRequest(message)).value).toMatchObject({
        supported: false,
        host: Buffer.from('a'),
      });
    },
  );

  it.each(['01', '04', '02', 'ff'])(
    'with address type %s is refused as soon as that is read [SOCKS-14]',
    (type) => {
      expect(parseRequest(hex(`05 01 00 ${type}`))).toEqual({
        state: 'invalid',
        reason: 'address-type-not-supported',
      });
    },
  );

  it('that is wrong in both is refused for its command [SOCKS-15]', () => {
    expect(parseRequest(hex('05 03 00 01'))).toEqual({ state: 'invalid', reason: 'command-not-supported' });
  });

  it('of another version is no request [SOCKS-18]', () => {
    expect(parseRequest(hex('04'))).toEqual({ state: 'invalid', reason: 'not-socks5' });
  });

  it('may have any reserved byte [SOCKS-19]', () => {
    expect(parseRequest(hex('05 01 01 03 01 61 00 00')).state).toBe('complete');
  });

  it('never makes the parser throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(['incomplete', 'invalid', 'complete']).toContain(parseRequest(Buffer.from(bytes)).state);
        expect(['incomplete', 'invalid', 'complete']).toContain(parseGreeting(Buffer.from(bytes)).state);
      }),
    );
  });
});

describe('a reply', () => {
  it('to a method list is two bytes [SOCKS-01] [SOCKS-03]', () => {
    expect(methodReply(NO_AUTHENTICATION)).toEqual(hex('05 00'));
    expect(methodReply(NO_ACCEPTABLE_METHOD)).toEqual(hex('05 ff'));
  });

  it('of success echoes DST byte for byte: 47 bytes [SOCKS-08] [S5B-P-36] [S5B-P-40]', () => {
    const upper = Buffer.from(KEY.toUpperCase());
    const message = Buffer.concat([CONNECT.subarray(0, 5), upper, hex('0102')]);
    const bytes = reply(Reply.succeeded, complete(parseRequest(message)).value);
    expect(bytes).toEqual(Buffer.concat([hex('05 00 00 03 28'), upper, hex('0102')]));
    expect(bytes).toHaveLength(47);
  });

  it('of failure echoes what was parsed, else 0.0.0.0:0 [SOCKS-16]', () => {
    const { value } = complete(parseRequest(hex('05 01 00 03 01 61 00 50')));
    expect(reply(Reply.notAllowed, value)).toEqual(hex('05 02 00 03 01 61 00 50'));
    expect(reply(Reply.addressTypeNotSupported)).toEqual(hex('05 08 00 01 00 00 00 00 00 00'));
  });

  it('never speaks of dialling [SOCKS-12]', () => {
    for (const code of [3, 4, 5, 6]) expect(Object.values(Reply)).not.toContain(code);
  });
});

function complete<T>(parsed: Parsed<T>): Extract<Parsed<T>, { state: 'complete' }> {
  if (parsed.state !== 'complete') throw new Error(`expected a complete message, got ${parsed.state}`);
  return parsed;
}
