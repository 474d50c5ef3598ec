import { describe, expect, it } from 'vitest';
import { sessionKey } from '../../../src/wire/session-key.ts';
import {
  clientGreeting,
  connectRequest,
  parseConnectReply,
  parseMethodReply,
} from '../../../src/wire/socks5-client.ts';

const key = sessionKey('vj3hs98y', 'romeo@montague.lit/orchard', 'juliet@capulet.lit/balcony');

/** Replies to a CONNECT, one for each address type; the bytes of a stream may follow. */
const replies = {
  'the echoed session key': Buffer.concat([
    Buffer.of(5, 0, 0, 3, 40),
    Buffer.from(key, 'latin1'),
    Buffer.of(0, 0),
  ]),
  'an IPv4 address': Buffer.of(5, 0, 0, 1, 127, 0, 0, 1, 0x1e, 0x61),
  'an IPv6 address': Buffer.concat([Buffer.of(5, 0, 0, 4), Buffer.alloc(16), Buffer.of(0, 0)]),
  'an empty name': Buffer.of(5, 0, 0, 3, 0, 0, 0),
  'a name of 255 bytes': Buffer.concat([
    Buffer.of(5, 0, 0, 3, 255),
    Buffer.alloc(255, 0x61),
    Buffer.of(0, 0),
  ]),
};

/** Reads as a socket reader does: never more than the parser says is missing. */
function readInSteps(message: Buffer, parse: (bytes: Buffer) => ReturnType<typeof parseConnectReply>) {
  let length = 0;
  for (;;) {
    const answer = parse(message.subarray(0, length));
    if (answer.state !== 'incomplete' || length === message.length) return { answer, length };
    length = Math.min(message.length, length + answer.missing);
  }
}

describe('the client side of SOCKS5', () => {
  it('[S5B-T-06] greets with the one method and connects to the session key, port 0', () => {
    expect(clientGreeting().toString('hex')).toBe('050100');
    const request = connectRequest(key);
    expect(request).toHaveLength(47);
    expect(request.subarray(0, 5).toString('hex')).toBe('0501000328');
    expect(request.subarray(5, 45).toString()).toBe('972b7bf47291ca609517f67f86b5081086052dad');
    expect(request.subarray(45).toString('hex')).toBe('0000');
  });

  it('reads the chosen method, whatever the cut', () => {
    expect(parseMethodReply(Buffer.alloc(0))).toEqual({ state: 'incomplete', missing: 2 });
    expect(parseMethodReply(Buffer.of(5))).toEqual({ state: 'incomplete', missing: 1 });
    expect(parseMethodReply(Buffer.of(5, 0))).toEqual({ state: 'accepted', length: 2 });
  });

  it.each([
    ['another method', Buffer.of(5, 2), /authentication method 0x02/],
    ['no acceptable method', Buffer.of(5, 0xff), /authentication method 0xff/],
    ['an HTTP server', Buffer.from('HTTP/1.1 400'), /does not speak SOCKS5 .*0x48/],
  ])('refuses %s in the answer to the greeting', (_what, bytes, reason) => {
    expect(parseMethodReply(bytes)).toEqual({ state: 'refused', reason: expect.stringMatching(reason) });
  });

  it.each(Object.entries(replies))(
    '[S5B-R-17] reads a reply with %s by its own length and not a byte more',
    (_what, reply) => {
      const stream = Buffer.concat([reply, Buffer.from('the first bytes of the stream')]);
      expect(readInSteps(stream, parseConnectReply)).toEqual({
        answer: { state: 'accepted', length: reply.length },
        length: reply.length,
      });
    },
  );

  it.each(Object.entries(replies))('waits for more at every cut of a reply with %s', (_what, reply) => {
    for (let cut = 0; cut < reply.length; cut += 1) {
      const answer = parseConnectReply(reply.subarray(0, cut));
      expect(answer.state).toBe('incomplete');
      expect(answer).toHaveProperty('missing', expect.any(Number));
      if (answer.state === 'incomplete') expect(cut + answer.missing).toBeLessThanOrEqual(reply.length);
    }
  });

  it.each([
    ['a refusal by the ruleset', Buffer.of(5, 2, 0, 1), /0x02, connection not allowed by ruleset/],
    ['a refusal of two bytes', Buffer.of(5, 7), /0x07, command not supported/],
    ['an unassigned code', Buffer.of(5, 0x2a), /0x2a, an unassigned code/],
    ['an unknown address type', Buffer.of(5, 0, 0, 9), /address type 0x09/],
    ['another version', Buffer.of(4, 0), /does not speak SOCKS5/],
  ])('[S5B-R-16] takes %s as the end of the attempt', (_what, bytes, reason) => {
    expect(parseConnectReply(bytes)).toEqual({ state: 'refused', reason: expect.stringMatching(reason) });
  });
});
