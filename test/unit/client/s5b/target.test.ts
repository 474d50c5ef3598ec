// Bytestreams that a scripted requester offers us: what is refused, what is dialled and in which order, what is answered.
// [XEP-0065 §5.3, §6.3]

import { once } from 'node:events';
import { connect as connectTcp, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { isLocal } from '../../../../src/client/s5b/dial.ts';
import {
  answerBytestreams,
  type ExpectOptions,
  expectBytestream,
} from '../../../../src/client/s5b/target.ts';
import { Session } from '../../../../src/client/session.ts';
import { readUsed, writeBytestreamOffer } from '../../../../src/wire/bytestream-offer.ts';
import { BYTESTREAMS, type Streamhost } from '../../../../src/wire/bytestreams.ts';
import { type SessionKey, sessionKey } from '../../../../src/wire/session-key.ts';
import { type Element, xml } from '../../../../src/wire/xml.ts';
import { outcomeOf, PEER, ScriptedPeer, US } from '../../../support/client/scripted-peer.ts';
import { type ScriptedStreamhost, startStreamhost } from '../../../support/client/scripted-streamhost.ts';

const sid = 's1';
const key = sessionKey(sid, PEER, US);

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Somebody who expects a bytestream, and what comes of it. */
function expecting(options: Partial<ExpectOptions> = {}) {
  const peer = new ScriptedPeer();
  const stands = expectBytestream(new Session(peer.entity), {
    ...{ from: PEER, sid, allowLocalHosts: true, headStartMs: 60_000 },
    ...options,
  });
  stands.then(({ stream }) => sockets.push(stream)).catch(() => {});
  return { peer, stands };
}

const offerOf = (streamhosts: readonly Streamhost[], dstaddr?: SessionKey) =>
  writeBytestreamOffer({ sid, streamhosts, ...(dstaddr && { dstaddr }) });

const used = (answer: Element) => readUsed(answer);

async function hosts(...kinds: Parameters<typeof startStreamhost>[]): Promise<ScriptedStreamhost[]> {
  return Promise.all(kinds.map((kind) => startStreamhost(...kind)));
}

describe('an offer', () => {
  it('that nobody expects is refused: another sid, another sender, nothing agreed [S5B-T-02] [SI-R-11]', async () => {
    const { peer } = expecting();
    const [host] = await hosts(['accept']);
    const streamhosts = [host?.streamhost ?? fail()];
    const other = writeBytestreamOffer({ sid: 'other', streamhosts });
    expect(outcomeOf(await peer.ask(other))).toBe('not-acceptable/modify');
    expect(outcomeOf(await peer.ask(offerOf(streamhosts), 'eve@example.org/x'))).toBe(
      'not-acceptable/modify',
    );
    const idle = new ScriptedPeer();
    answerBytestreams(new Session(idle.entity));
    expect(outcomeOf(await idle.ask(offerOf(streamhosts)))).toBe('not-acceptable/modify');
    expect(host?.asked).toEqual([]);
  });

  it('without a sid or a usable streamhost is a bad request, over UDP not acceptable [S5B-T-01] [S5B-T-03]', async () => {
    const { peer } = expecting();
    const broken = xml(
      'query',
      { xmlns: BYTESTREAMS, sid },
      xml('streamhost', { jid: 'x', host: 'y', port: '0' }),
    );
    expect(outcomeOf(await peer.ask(broken))).toBe('bad-request/modify');
    expect(outcomeOf(await peer.ask(xml('query', { xmlns: BYTESTREAMS })))).toBe('bad-request/modify');
    const udp = offerOf([{ jid: 'x', host: 'y', port: 1 }]);
    udp.attrs.mode = 'udp';
    expect(outcomeOf(await peer.ask(udp))).toBe('not-acceptable/modify');
  });

  it('is answered with the JID as it was offered, and the name asked for is made of the JIDs in the iq [S5B-T-06] [S5B-T-09]', async () => {
    const { peer, stands } = expecting();
    const [host] = await hosts(['accept', 'Proxy.Example.org/Node']);
    const answer = await peer.ask(offerOf([host?.streamhost ?? fail()]));
    expect(used(answer)).toBe('Proxy.Example.org/Node');
    expect(answer.getChild('query', BYTESTREAMS)?.attrs.sid).toBe(sid);
    expect(host?.asked).toEqual([key]);
    expect(await stands).toMatchObject({ method: 's5b-proxy', streamhost: host?.streamhost });
  });

  it('may say what to ask for, if that is a key [S5B-T-07]', async () => {
    const dstaddr = sessionKey(
      'yia72g3v49j7',
      'requester@example.com/foo',
      'room@conference.example.net/Tget',
    );
    const { peer } = expecting();
    const [host] = await hosts(['accept']);
    expect(used(await peer.ask(offerOf([host?.streamhost ?? fail()], dstaddr)))).toBeDefined();
    expect(host?.asked).toEqual([dstaddr]);
    const hostile = expecting();
    const [victim] = await hosts(['accept']);
    const offer = offerOf([victim?.streamhost ?? fail()]);
    offer.attrs.dstaddr = 'GET / HTTP/1.1';
    await hostile.peer.ask(offer);
    expect(victim?.asked).toEqual([key]);
  });
});

describe('the streamhosts', () => {
  it('are tried in the order of the offer, a refusal or a dead one after the other [S5B-T-04]', async () => {
    const { peer } = expecting();
    const [refusing, deaf, good, unused] = await hosts(
      ['refuse'],
      ['hang-up'],
      ['accept', 'good.test'],
      ['accept', 'unused.test'],
    );
    const all = [refusing, deaf, good, unused].map((host) => host?.streamhost ?? fail());
    const dead = { jid: 'dead.test', host: '127.0.0.1', port: 1 };
    expect(used(await peer.ask(offerOf([dead, ...all])))).toBe('good.test');
    expect([refusing?.connections, deaf?.connections, good?.connections, unused?.connections]).toEqual([
      1, 1, 1, 0,
    ]);
  });

  it('get a head start each, so that one that does not answer costs little; it is not used later [S5B-T-05]', async () => {
    const [good] = await hosts(['accept', 'good.test']);
    const blackHole = { jid: 'hole.test', host: '192.0.2.1', port: 9 };
    const connecting: Socket[] = [];
    const connect = ({ host, port }: { host: string; port: number }) => {
      const socket = host === '192.0.2.1' ? new Socket() : connectTcp({ host, port });
      connecting.push(socket);
      return socket;
    };
    const { peer } = expecting({ connect, headStartMs: 1 });
    expect(used(await peer.ask(offerOf([blackHole, good?.streamhost ?? fail()])))).toBe('good.test');
    expect(connecting[0]?.destroyed).toBe(true);
  });

  it('are asked for the key one at a time, in their order, however quick their connections are', async () => {
    const [slow, quick] = await hosts(['accept-later', 'slow.test'], ['accept', 'quick.test']);
    const { peer } = expecting({ headStartMs: 0 });
    const id = peer.send(offerOf([slow?.streamhost ?? fail(), quick?.streamhost ?? fail()]));
    await slow?.untilAsked();
    expect(quick?.asked).toEqual([]);
    slow?.answer();
    expect(used(await peer.answerTo(id))).toBe('slow.test');
    expect(quick?.asked).toEqual([]);
  });

  it('have a time limit each, and one together [S5B-T-05]', async () => {
    const [silent] = await hosts(['silent']);
    const { peer } = expecting({ hostMs: 20 });
    expect(outcomeOf(await peer.ask(offerOf([silent?.streamhost ?? fail()])))).toBe('item-not-found/cancel');
    const together = expecting({ allHostsMs: 20, headStartMs: 0 });
    const many = Array.from({ length: 8 }, () => silent?.streamhost ?? fail());
    expect(outcomeOf(await together.peer.ask(offerOf(many)))).toBe('item-not-found/cancel');
  });

  it('that cannot be reached give item-not-found, and the one who waits is told why [S5B-T-10]', async () => {
    const failures: Error[] = [];
    const { peer } = expecting({ onFailure: (error) => failures.push(error) });
    const dead = { jid: 'dead.test', host: '127.0.0.1', port: 1 };
    expect(outcomeOf(await peer.ask(offerOf([dead])))).toBe('item-not-found/cancel');
    expect(failures[0]?.message).toMatch(
      /^none of 1 streamhosts could be reached: the streamhost 127\.0\.0\.1:1 /,
    );
  });

  it('on local addresses are not dialled, nor under a name for one [S5B-T-08]', async () => {
    const [host] = await hosts(['accept']);
    const { port } = host?.streamhost ?? fail();
    const failures: Error[] = [];
    const { peer } = expecting({ allowLocalHosts: false, onFailure: (error) => failures.push(error) });
    const locals = ['127.0.0.1', 'localhost', '127.1'].map((name) => ({ jid: PEER, host: name, port }));
    const id = peer.send(offerOf(locals));
    peer.refuse(await peer.next('query'), 'service-unavailable'); // our server has no list of proxies
    expect(outcomeOf(await peer.answerTo(id))).toBe('item-not-found/cancel');
    expect(host?.connections).toBe(0);
    expect(failures[0]?.message).toContain('it is a local address');
  });

  it('on a local address are dialled when a proxy of our own server has it', async () => {
    const [host] = await hosts(['accept', 'proxy.example.org']);
    const streamhost = host?.streamhost ?? fail();
    const { peer } = expecting({ allowLocalHosts: false });
    const id = peer.send(offerOf([streamhost]));
    const items = await peer.next('query');
    expect(items.attrs.to).toBe('example.org');
    const answer = (namespace: string, child: Element) => xml('query', { xmlns: namespace }, child);
    const disco = 'http://jabber.org/protocol/disco';
    peer.accept(items, answer(`${disco}#items`, xml('item', { jid: 'proxy.example.org' })));
    const identity = xml('identity', { category: 'proxy', type: 'bytestreams' });
    peer.accept(await peer.next('query'), answer(`${disco}#info`, identity));
    peer.accept(await peer.next('query'), answer(BYTESTREAMS, xml('streamhost', { ...streamhost })));
    expect(used(await peer.answerTo(id))).toBe('proxy.example.org');
  });

  it.each([
    ['127.0.0.1', true],
    ['0.0.0.0', true],
    ['169.254.1.1', true],
    ['224.0.0.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['fe80::1%eth0', true],
    ['ff02::1', true],
    ['192.168.1.1', false],
    ['2001:db8::1', false],
    ['example.org', false],
  ])('%s is local: %s [S5B-T-08]', (host, expected) => {
    expect(isLocal(host)).toBe(expected);
  });
});

describe('who waits for a bytestream', () => {
  it('does not wait for ever [SI-R-13]', async () => {
    await expect(expecting({ timeoutMs: 1 }).stands).rejects.toMatchObject({ code: 'timed-out' });
  });

  it('may cancel while streamhosts are tried, and no connection is left', async () => {
    const controller = new AbortController();
    const [silent] = await hosts(['silent']);
    const { peer, stands } = expecting({ signal: controller.signal });
    const id = peer.send(offerOf([silent?.streamhost ?? fail()]));
    await silent?.untilAsked();
    controller.abort();
    await expect(stands).rejects.toMatchObject({ code: 'cancelled' });
    expect(outcomeOf(await peer.answerTo(id))).toBe('item-not-found/cancel');
    await silent?.untilLeft();
  });

  it('is told when the connection to the server is lost', async () => {
    const { peer, stands } = expecting();
    peer.entity.disconnect();
    await expect(stands).rejects.toMatchObject({ code: 'offline' });
  });

  it('gets what the streamhost sends, from the first byte on [S5B-T-11]', async () => {
    const [host] = await hosts(['accept']);
    const { peer, stands } = expecting();
    await peer.ask(offerOf([host?.streamhost ?? fail()]));
    const { stream } = await stands;
    host?.send('hello');
    const [data] = await once(stream, 'data');
    expect(String(data)).toBe('hello');
  });
});

function fail(): never {
  throw new Error('the set-up did not make it');
}
