// The bytestreams query: what a proxy reads in it, and what it writes.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BYTESTREAMS,
  readActivation,
  readAddressQuery,
  writeStreamhosts,
} from '../../../src/wire/bytestreams.ts';
import { xml } from '../../../src/wire/xml.ts';

const query = (attributes: Record<string, string>, ...children: ReturnType<typeof xml>[]) =>
  xml('query', { xmlns: BYTESTREAMS, ...attributes }, ...children);
const activate = (text: string) => xml('activate', {}, text);

describe('an address query', () => {
  it('may have a sid [S5B-P-14] [S5B-P-15]', () => {
    expect(readAddressQuery(query({}))).toEqual({ ok: true, sid: undefined });
    expect(readAddressQuery(query({ sid: '' }))).toEqual({ ok: true, sid: '' });
    expect(readAddressQuery(query({ sid: 's' }))).toEqual({ ok: true, sid: 's' });
  });

  it('may have foreign children, and none of its own namespace [S5B-P-20] [S5B-P-21]', () => {
    expect(readAddressQuery(query({}, xml('activate', { xmlns: 'urn:t' })))).toMatchObject({ ok: true });
    for (const name of ['activate', 'streamhost', 'streamhost-used', 'anything']) {
      expect(readAddressQuery(query({}, xml(name)))).toEqual({ ok: false, reason: 'bad-request' });
    }
  });
});

describe('an activation', () => {
  it('gives sid and target exactly as they came [S5B-P-34] [S5B-P-38]', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 5000 }),
        fc.constantFrom('', ' ', '\n\t'),
        (sid, space) => {
          const target = `${space}bob@example.org/Büro${space}`;
          expect(readActivation(query({ sid }, activate(target)))).toEqual({ ok: true, sid, target });
        },
      ),
    );
  });

  it('may have foreign children', () => {
    expect(readActivation(query({ sid: 's' }, activate('b@c'), xml('x', { xmlns: 'urn:x' })))).toMatchObject({
      ok: true,
    });
  });

  it('may say mode tcp', () => {
    expect(readActivation(query({ sid: 's', mode: 'tcp' }, activate('b@c')))).toMatchObject({ ok: true });
  });

  it.each([
    ['no sid [S5B-P-66]', query({}, activate('b@c')), 'bad-request'],
    ['an empty sid [S5B-P-66]', query({ sid: '' }, activate('b@c')), 'bad-request'],
    ['no activate [S5B-P-67]', query({ sid: 's' }), 'bad-request'],
    [
      'a foreign activate [S5B-P-67]',
      query({ sid: 's' }, xml('activate', { xmlns: 'x' }, 'b@c')),
      'bad-request',
    ],
    ['two [S5B-P-67]', query({ sid: 's' }, activate('b@c'), activate('b@c')), 'bad-request'],
    ['an empty one [S5B-P-67]', query({ sid: 's' }, activate('')), 'bad-request'],
    ['one with an element [S5B-P-67]', query({ sid: 's' }, xml('activate', {}, xml('jid'))), 'bad-request'],
    ['no JID [S5B-P-68]', query({ sid: 's' }, activate('@@/')), 'jid-malformed'],
    ['a streamhost [S5B-P-69]', query({ sid: 's' }, xml('streamhost'), activate('b@c')), 'not-acceptable'],
    ['mode udp [S5B-P-74]', query({ sid: 's', mode: 'udp' }, activate('b@c')), 'udp'],
  ])('with %s is refused', (_, element, reason) => {
    expect(readActivation(element)).toEqual({ ok: false, reason });
  });
});

describe('the answer to an address query', () => {
  const streamhost = { jid: 'proxy.example.org', host: '192.0.2.1', port: 1080 };

  it('has host, jid and port on each streamhost, even for port 1080 [S5B-P-10] [S5B-P-12]', () => {
    expect(writeStreamhosts([streamhost], undefined).toString()).toBe(
      `<query xmlns="${BYTESTREAMS}"><streamhost jid="proxy.example.org" host="192.0.2.1" port="1080"/></query>`,
    );
  });

  it('echoes a sid, also an empty one [S5B-P-15]', () => {
    expect(writeStreamhosts([], 'a<b').toString()).toBe(`<query xmlns="${BYTESTREAMS}" sid="a&lt;b"/>`);
    expect(writeStreamhosts([], '').attrs).toEqual({ xmlns: BYTESTREAMS, sid: '' });
  });
});
