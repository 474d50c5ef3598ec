import { describe, expect, it } from 'vitest';
import {
  readBytestreamOffer,
  readStreamhosts,
  readUsed,
  writeActivation,
  writeBytestreamOffer,
  writeUsed,
} from '../../../src/wire/bytestream-offer.ts';
import { BYTESTREAMS } from '../../../src/wire/bytestreams.ts';
import { parseSessionKey } from '../../../src/wire/session-key.ts';
import { xml } from '../../../src/wire/xml.ts';

const streamhosts = [
  { jid: 'a@example.org/x', host: '192.0.2.1', port: 5086 },
  { jid: 'proxy.example.org', host: '2001:db8::1', port: 7777 },
];

describe('an offer of streamhosts', () => {
  it('is read as it was written [S5B-R-02]', () => {
    const written = writeBytestreamOffer({ sid: 's1', streamhosts });
    expect(readBytestreamOffer(written)).toEqual({ ok: true, offer: { sid: 's1', streamhosts } });
    expect(written.attrs.mode).toBe('tcp');
  });

  it('has the key itself for a peer who knows us by another JID [S5B-R-15] [S5B-T-07]', () => {
    const dstaddr = parseSessionKey('416781EDF1AE50BAD01CB8509BA35B43952BC345');
    if (dstaddr === undefined) throw new Error('no key');
    const read = readBytestreamOffer(writeBytestreamOffer({ sid: 's1', streamhosts, dstaddr }));
    expect(read).toMatchObject({ offer: { dstaddr: '416781edf1ae50bad01cb8509ba35b43952bc345' } });
  });

  it.each(['GET / HTTP/1.1', '', 'ab'.repeat(19), 'zz'.repeat(20)])(
    'does not bring %j as the bytes to send to a host [S5B-T-07]',
    (dstaddr) => {
      const query = writeBytestreamOffer({ sid: 's1', streamhosts });
      query.attrs.dstaddr = dstaddr;
      expect(readBytestreamOffer(query)).toEqual({ ok: true, offer: { sid: 's1', streamhosts } });
    },
  );

  it('needs a sid and a streamhost, and is about TCP [S5B-T-01] [S5B-T-03]', () => {
    const refused = { ok: false, reason: 'bad-request' };
    expect(readBytestreamOffer(writeBytestreamOffer({ sid: '', streamhosts }))).toEqual(refused);
    expect(readBytestreamOffer(writeBytestreamOffer({ sid: 's1', streamhosts: [] }))).toEqual(refused);
    const udp = writeBytestreamOffer({ sid: 's1', streamhosts });
    udp.attrs.mode = 'udp';
    expect(readBytestreamOffer(udp)).toEqual({ ok: false, reason: 'udp' });
  });

  it('may have things of other protocols in it [S5B-T-12]', () => {
    const query = writeBytestreamOffer({ sid: 's1', streamhosts });
    query.append(xml('fast', { xmlns: 'http://affinix.com/jabber/stream' }));
    query.getChild('streamhost')?.append(xml('proxy', { xmlns: 'http://affinix.com/jabber/stream' }));
    expect(readBytestreamOffer(query)).toEqual({ ok: true, offer: { sid: 's1', streamhosts } });
  });

  it('is cut when it is endless', () => {
    const many = Array.from({ length: 1000 }, (_, index) => ({ jid: 'j', host: 'h', port: index + 1 }));
    expect(readStreamhosts(writeBytestreamOffer({ sid: 's1', streamhosts: many }))).toHaveLength(32);
  });
});

describe('the answer', () => {
  it('names a JID, or does not', () => {
    expect(readUsed(xml('iq', {}, writeUsed('s1', 'Proxy.Example.org/x')))).toBe('Proxy.Example.org/x');
    expect(readUsed(xml('iq', {}, xml('query', { xmlns: BYTESTREAMS })))).toBeUndefined();
    expect(readUsed(xml('iq'))).toBeUndefined();
  });
});

describe('the activation', () => {
  it('has the sid and the target [S5B-R-09]', () => {
    expect(writeActivation('s1', 'b@example.org/y').toString()).toBe(
      `<query xmlns="${BYTESTREAMS}" sid="s1"><activate>b@example.org/y</activate></query>`,
    );
  });
});

describe('reading streamhosts', () => {
  const read = (...attributes: Record<string, string>[]) =>
    readStreamhosts(xml('query', { xmlns: BYTESTREAMS }, ...attributes.map((one) => xml('streamhost', one))));

  it('[S5B-T-04] keeps their order, and takes 1080 for a missing port', () => {
    expect(read({ jid: 'b', host: '192.0.2.1', port: '7777' }, { jid: 'a', host: 'h' })).toEqual([
      { jid: 'b', host: '192.0.2.1', port: 7777 },
      { jid: 'a', host: 'h', port: 1080 },
    ]);
  });

  it('[S5B-T-04] passes over broken entries', () => {
    const whole = { jid: 'j', host: 'h', port: '1' };
    const broken = [
      { host: 'h', port: '1' },
      { jid: 'j', port: '1' },
      { ...whole, host: '' },
      ...['0', '65536', 'x', '1.5'].map((port) => ({ ...whole, port })),
    ];
    expect(read(...broken, whole)).toEqual([{ jid: 'j', host: 'h', port: 1 }]);
  });

  it('[S5B-T-05] takes the brackets off an IPv6 address', () => {
    expect(read({ jid: 'j', host: '[2001:db8::1]', port: '1' })[0]?.host).toBe('2001:db8::1');
  });
});
