// How proxies are found with a scripted server: which items are asked, what they say, which comes first. [XEP-0065 §4]

import { describe, expect, it } from 'vitest';
import { type FindProxiesOptions, findProxies } from '../../../src/client/proxies.ts';
import { Session } from '../../../src/client/session.ts';
import { BYTESTREAMS, writeStreamhosts } from '../../../src/wire/bytestreams.ts';
import { DISCO_INFO, DISCO_ITEMS, writeInfo } from '../../../src/wire/disco.ts';
import { attribute, type Element, xml } from '../../../src/wire/xml.ts';
import { ScriptedPeer } from '../../support/client/scripted-peer.ts';
import { startStreamhost } from '../../support/client/scripted-streamhost.ts';

type Answers = Readonly<Record<string, (namespace: string) => Element | 'error' | 'silence'>>;

/** A server whose items answer as the test says; whom they were asked by is counted. */
function serving(answers: Answers) {
  const peer = new ScriptedPeer('example.org');
  const asked: string[] = [];
  peer.entity.on('sent', () => {
    for (const request of peer.entity.sent.splice(0)) {
      const [to = '', query] = [attribute(request, 'to'), request.getChild('query')];
      const namespace = (query && attribute(query, 'xmlns')) ?? '';
      asked.push(`${to} ${namespace.split('/').at(-1)}`);
      const answer = answers[to]?.(namespace) ?? 'error';
      if (answer === 'error') peer.refuse(request, 'service-unavailable');
      else if (answer !== 'silence') peer.accept(request, answer);
    }
  });
  const session = new Session(peer.entity);
  return { asked, find: (options?: FindProxiesOptions) => findProxies(session, options) };
}

const items =
  (...jids: string[]) =>
  () =>
    xml('query', { xmlns: DISCO_ITEMS }, ...jids.map((jid) => xml('item', { jid })));
const info = (category: string, type: string) =>
  writeInfo({ identities: [{ category, type }], features: [], extensions: [] });
const proxy = (jid: string, port: number) => (namespace: string) =>
  namespace === DISCO_INFO
    ? info('proxy', 'bytestreams')
    : writeStreamhosts([{ jid, host: '127.0.0.1', port }], undefined);

describe('the proxies of our server', () => {
  it('are its items that say so; errors and silence do not stop the rest [S5B-R-01]', async () => {
    const { streamhost } = await startStreamhost('accept');
    const { find, asked } = serving({
      'example.org': items('chat.example.org', 'dead.example.org', 'silent.example.org', 'proxy.example.org'),
      'chat.example.org': () => info('conference', 'text'),
      'silent.example.org': () => 'silence',
      'proxy.example.org': proxy('proxy.example.org', streamhost.port),
    });
    const found = await find({ timeoutMs: 200 });
    expect(found).toEqual([
      {
        jid: 'proxy.example.org',
        streamhosts: [{ ...streamhost, jid: 'proxy.example.org' }],
        connectMs: expect.any(Number),
      },
    ]);
    expect(asked.filter((line) => line.endsWith(BYTESTREAMS.split('/').at(-1) ?? ''))).toEqual([
      'proxy.example.org bytestreams',
    ]);
  });

  it('are remembered, and looked for anew when asked to [S5B-R-01]', async () => {
    const { streamhost } = await startStreamhost('accept');
    const { find, asked } = serving({
      'example.org': items('proxy.example.org'),
      'proxy.example.org': proxy('proxy.example.org', streamhost.port),
    });
    await Promise.all([find(), find()]);
    await find();
    expect(asked).toHaveLength(3);
    await find({ maxAgeMs: 0 });
    expect(asked.length).toBeGreaterThan(3);
  });

  it('are looked for among the first twenty items only [S5B-R-01]', async () => {
    const { find, asked } = serving({
      'example.org': items(...Array.from({ length: 100 }, (_, index) => `item${index}.example.org`)),
    });
    expect(await find()).toEqual([]);
    expect(asked).toHaveLength(21);
  });

  it('that take no connection come last', async () => {
    const { streamhost } = await startStreamhost('accept');
    const { find } = serving({
      'a.example.org': proxy('a.example.org', 1),
      'b.example.org': proxy('b.example.org', streamhost.port),
    });
    const found = await find({ jids: ['a.example.org', 'b.example.org'] });
    expect(found.map(({ jid, connectMs }) => [jid, connectMs === undefined])).toEqual([
      ['b.example.org', false],
      ['a.example.org', true],
    ]);
  });

  it('with several addresses need only one that takes a connection [S5B-R-11]', async () => {
    const { streamhost } = await startStreamhost('accept');
    const streamhosts = [{ ...streamhost, port: 1 }, streamhost];
    const { find } = serving({ 'proxy.test': () => writeStreamhosts(streamhosts, undefined) });
    expect(await find({ jids: ['proxy.test'] })).toEqual([
      { jid: 'proxy.test', streamhosts, connectMs: expect.any(Number) },
    ]);
  });

  it('are not found when the server does not list its items', async () => {
    await expect(serving({}).find()).rejects.toMatchObject({ condition: 'service-unavailable' });
  });
});
