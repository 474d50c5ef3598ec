// Files that a scripted peer offers us: what is refused at once, what the person decides, how bytes come, how it ends.
// [XEP-0095 §3-4, XEP-0096 §3]

import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { FileOffer, ReceivedFile } from '../../../src/client/receive/file-offer.ts';
import { type ReceiveFilesOptions, receiveFiles } from '../../../src/client/receive-files.ts';
import { Session } from '../../../src/client/session.ts';
import { writeBytestreamOffer } from '../../../src/wire/bytestream-offer.ts';
import { BYTESTREAMS } from '../../../src/wire/bytestreams.ts';
import { IBB, writeBlock, writeClose, writeOpen } from '../../../src/wire/ibb.ts';
import { FILE_TRANSFER, SI } from '../../../src/wire/si.ts';
import { attribute, childElements, type Element, xml } from '../../../src/wire/xml.ts';
import { offerOf, sendInBand } from '../../support/client/incoming.ts';
import { MemorySink } from '../../support/client/memory-sink.ts';
import { outcomeOf, PEER, ScriptedPeer } from '../../support/client/scripted-peer.ts';
import { startStreamhost } from '../../support/client/scripted-streamhost.ts';
import { until } from '../../support/until.ts';

/** Somebody who takes every file into one sink, and how each transfer ends. */
function receiving(options: ReceiveFilesOptions = {}, sink = new MemorySink()) {
  const outcomes: Promise<ReceivedFile>[] = [];
  const offers: FileOffer[] = [];
  const decide = (offer: FileOffer) => {
    offers.push(offer);
    const outcome: Promise<ReceivedFile> = offer.accept({ to: sink });
    outcome.catch(() => {});
    outcomes.push(outcome);
  };
  return { ...deciding(decide, options), sink, outcomes, offers };
}

function deciding(decide: (offer: FileOffer) => unknown, options: ReceiveFilesOptions = {}) {
  const peer = new ScriptedPeer();
  const receiver = receiveFiles(new Session(peer.entity), decide, { allowLocalHosts: true, ...options });
  return { peer, receiver };
}

function methodIn(answer: Element): string | undefined {
  return /<value>([^<]+)</.exec(answer.toString())?.[1];
}

function applicationOf(answer: Element): string | undefined {
  const error = answer.getChild('error');
  return error && childElements(error).find((child) => attribute(child, 'xmlns') === SI)?.name;
}

describe('service discovery', () => {
  it('tells what we can do [SI-R-01]', async () => {
    const { peer, receiver } = receiving();
    const disco = 'http://jabber.org/protocol/disco#info';
    const answer = await peer.ask(xml('query', { xmlns: disco }), PEER, 'get');
    const features = answer
      .getChild('query')
      ?.getChildren('feature')
      .map(({ attrs }) => attrs.var);
    expect(features).toEqual(
      expect.arrayContaining([SI, FILE_TRANSFER, BYTESTREAMS, IBB, ...receiver.features]),
    );
    expect(features).toContain('http://jabber.org/protocol/feature-neg');
  });
});

describe('an offer is refused without asking anybody', () => {
  const without = (name: string) => {
    const si = offerOf('s1');
    delete si.attrs[name];
    return si;
  };
  const otherProfile = () => {
    const si = offerOf('s1');
    si.attrs.profile = 'urn:other';
    return si;
  };
  const changed = (change: (file: Element) => void) => {
    const si = offerOf('s1');
    const file = si.getChild('file', FILE_TRANSFER);
    if (file) change(file);
    return si;
  };
  it.each([
    ['it has no id [SI-R-03]', without('id'), 'bad-request/modify', undefined],
    ['it has no profile [SI-R-03]', without('profile'), 'bad-request/modify', 'bad-profile'],
    ['it has another profile [SI-R-02]', otherProfile(), 'bad-request/modify', 'bad-profile'],
    [
      'it has no file [SI-R-03]',
      xml('si', { xmlns: SI, id: 's1', profile: FILE_TRANSFER }),
      'bad-request/modify',
      'bad-profile',
    ],
    [
      'it has two files [SI-R-03]',
      changed((file) => file.parent?.append(xml('file', { ...file.attrs }))),
      'bad-request/modify',
      'bad-profile',
    ],
    [
      'the file has no name [SI-R-03]',
      changed((file) => delete file.attrs.name),
      'bad-request/modify',
      'bad-profile',
    ],
    [
      'the size is negative [SI-R-03]',
      changed((file) => Object.assign(file.attrs, { size: '-1' })),
      'bad-request/modify',
      'bad-profile',
    ],
    ['it offers no method [SI-R-04]', offerOf('s1', {}, []), 'bad-request/cancel', 'no-valid-streams'],
    [
      'it offers none that we know [SI-R-04]',
      offerOf('s1', {}, ['jabber:iq:oob']),
      'bad-request/cancel',
      'no-valid-streams',
    ],
  ])('when %s', async (_what, si, outcome, application) => {
    const { peer, offers } = receiving();
    const answer = await peer.ask(si);
    expect([outcomeOf(answer), applicationOf(answer)]).toEqual([outcome, application]);
    expect(offers).toEqual([]);
  });

  it('when it comes from a stranger, as if nobody were here [SI-R-09]', async () => {
    const { peer, offers } = receiving({ isWelcome: (from) => from === PEER });
    expect(outcomeOf(await peer.ask(offerOf('s1'), 'eve@example.org/x'))).toBe('service-unavailable/cancel');
    expect(offers).toEqual([]);
    expect(outcomeOf(await peer.ask(offerOf('s1')))).toBe('result');
  });

  it('when it is too large, or has no room, or may not go in-band at its size [SI-R-17] [IBB-29]', async () => {
    const { peer, offers } = receiving({ maxSize: 1000, maxInBandBytes: 100 });
    expect(outcomeOf(await peer.ask(offerOf('s1', { size: 2 ** 60 })))).toBe('forbidden/cancel');
    expect(outcomeOf(await peer.ask(offerOf('s2', { size: 101 }, [IBB])))).toBe('forbidden/cancel');
    expect(offers).toEqual([]);
    expect(methodIn(await peer.ask(offerOf('s3', { size: 100 }, [IBB])))).toBe(IBB);
  });

  it('when its id is that of a transfer under way with the same peer [SI-R-10]', async () => {
    const { peer } = receiving();
    await peer.ask(offerOf('s1'));
    expect(outcomeOf(await peer.ask(offerOf('s1')))).toBe('conflict/cancel');
    expect(outcomeOf(await peer.ask(offerOf('s1', { name: 'b' }), 'carol@example.org/x'))).toBe('result');
  });
});

describe('a decision', () => {
  it('to decline is forbidden, with a text [SI-R-08]', async () => {
    const { peer } = deciding((offer) => offer.decline());
    const answer = await peer.ask(offerOf('s1'));
    expect(outcomeOf(answer)).toBe('forbidden/cancel');
    expect(answer.getChild('error')?.getChildText('text')).toBe('Offer Declined');
    const polite = deciding((offer) => offer.decline('Not today.'));
    expect((await polite.peer.ask(offerOf('s1'))).toString()).toContain('Not today.');
  });

  it('that is not made, or fails, is a no; whoever watches is told', async () => {
    const errors: Error[] = [];
    expect(outcomeOf(await deciding(() => {}).peer.ask(offerOf('s1')))).toBe('forbidden/cancel');
    const broken = deciding(() => Promise.reject(new Error('no idea')), {
      onError: (error) => errors.push(error),
    });
    expect(outcomeOf(await broken.peer.ask(offerOf('s1')))).toBe('forbidden/cancel');
    expect(errors[0]?.message).toBe('no idea');
  });

  it('to accept names one method, SOCKS5 whenever it is offered, and no file [SI-R-05] [SI-R-06] [SI-R-07]', async () => {
    const { peer } = receiving();
    const answer = await peer.ask(offerOf('s1', {}, ['urn:unknown', IBB, BYTESTREAMS]));
    const si = answer.getChild('si', SI);
    expect(Object.keys(si?.attrs ?? {})).toEqual(['xmlns']);
    expect(answer.toString().match(/<value>/g)).toHaveLength(1);
    expect(methodIn(answer)).toBe(BYTESTREAMS);
    expect(si?.getChild('file')).toBeUndefined();
  });

  it('leaves nothing on the connection, however many are made', async () => {
    const peer = new ScriptedPeer();
    const session = new Session(peer.entity);
    const taken: Promise<ReceivedFile>[] = [];
    receiveFiles(session, (offer) => {
      if (offer.file.size > 0) taken.push(offer.accept({ to: new MemorySink() }));
      else offer.decline();
    });
    for (let id = 0; id < 12; id++) await peer.ask(offerOf(`s${id}`, { size: 0 }));
    expect(getEventListeners(session.link, 'abort')).toEqual([]);
    await peer.ask(offerOf('s12', {}, [IBB]));
    await sendInBand(peer, 's12', 'hello');
    await taken[0];
    await until(async () => getEventListeners(session.link, 'abort').length, 0);
  });

  it('is made once', async () => {
    let offered: FileOffer | undefined;
    const { peer } = deciding((offer) => {
      offered = offer;
      offer.decline();
    });
    await peer.ask(offerOf('s1'));
    expect(() => offered?.decline()).toThrow('was accepted or declined already');
    expect(() => offered?.accept({ to: new MemorySink() })).toThrow('was accepted or declined already');
  });
});

describe('bytes in-band', () => {
  it('are the file when they are as many as agreed [SI-R-14]', async () => {
    const { peer, sink, outcomes } = receiving();
    await peer.ask(offerOf('s1', {}, [IBB]));
    await sendInBand(peer, 's1', 'hel', 'lo');
    expect(await outcomes[0]).toMatchObject({
      from: PEER,
      name: 'a.txt',
      bytes: 5,
      method: 'ibb',
      offset: 0,
    });
    expect([sink.bytes.toString(), sink.outcome]).toEqual(['hello', 'finished']);
  });

  it.each([
    ['too few', ['hell']],
    ['too many', ['hello!']],
    ['too many, a block later', ['hello', '!']],
  ])('that are %s are no file, and what came is kept for another try [SI-R-14]', async (_what, blocks) => {
    const { peer, sink, outcomes } = receiving();
    await peer.ask(offerOf('s1', {}, [IBB]));
    await peer.ask(writeOpen({ sid: 's1', blockSize: 4096, stanza: 'iq' }));
    for (const [seq, block] of blocks.entries())
      peer.send(writeBlock({ sid: 's1', seq, bytes: Buffer.from(block) }));
    if (blocks.join('').length < 5) peer.send(writeClose('s1'));
    await expect(outcomes[0]).rejects.toMatchObject({ code: 'size-mismatch' });
    expect(sink.outcome).toBe('aborted');
  });

  it('go on where an earlier transfer ended, if the sender can [SI-R-07]', async () => {
    const sink = new MemorySink();
    sink.bytes = Buffer.from('hel');
    const { peer, outcomes } = receiving({}, sink);
    const answer = await peer.ask(offerOf('s1', {}, [IBB]));
    const file = answer.getChild('si', SI)?.getChild('file', FILE_TRANSFER);
    expect(file?.toString()).toBe(`<file xmlns="${FILE_TRANSFER}"><range offset="3"/></file>`);
    await sendInBand(peer, 's1', 'lo');
    expect(await outcomes[0]).toMatchObject({ offset: 3, bytes: 5 });
    expect(sink.bytes.toString()).toBe('hello');
  });

  it('may be none at all, for an empty file; Smack sends one byte then', async () => {
    for (const blocks of [[], [Buffer.of(0xff)]]) {
      const { peer, outcomes } = receiving();
      await peer.ask(offerOf('s1', { size: 0 }, [IBB]));
      await sendInBand(peer, 's1', ...blocks);
      expect(await outcomes[0]).toMatchObject({ bytes: 0 });
    }
  });

  it('are not taken when SOCKS5 was agreed on and may still do [SI-R-11]', async () => {
    const { peer } = receiving();
    expect(methodIn(await peer.ask(offerOf('s1')))).toBe(BYTESTREAMS);
    const opened = await peer.ask(writeOpen({ sid: 's1', blockSize: 4096, stanza: 'iq' }));
    expect(outcomeOf(opened)).toBe('not-acceptable/cancel');
  });
});

describe('when SOCKS5 fails', () => {
  const dead = [{ jid: 'dead.test', host: '127.0.0.1', port: 1 }];

  it('in-band bytes under the same sid are welcome, as Smack and libpurple send them [SI-R-12]', async () => {
    const { peer, sink, outcomes } = receiving();
    await peer.ask(offerOf('s1'));
    const answer = await peer.ask(writeBytestreamOffer({ sid: 's1', streamhosts: dead }));
    expect(outcomeOf(answer)).toBe('item-not-found/cancel');
    await sendInBand(peer, 's1', 'hello');
    expect(await outcomes[0]).toMatchObject({ method: 'ibb', bytes: 5 });
    expect(sink.bytes.toString()).toBe('hello');
  });

  it('a new offer of the same file is taken without asking again, another one is not [SI-R-12]', async () => {
    const { peer, outcomes, offers } = receiving();
    await peer.ask(offerOf('s1'));
    await peer.ask(writeBytestreamOffer({ sid: 's1', streamhosts: dead }));
    expect(methodIn(await peer.ask(offerOf('s2', { name: 'other.txt' }, [IBB])))).toBe(IBB);
    expect(offers).toHaveLength(2);
    expect(methodIn(await peer.ask(offerOf('s3', {}, [IBB])))).toBe(IBB);
    expect(offers).toHaveLength(2);
    await sendInBand(peer, 's3', 'hello');
    expect(await outcomes[0]).toMatchObject({ method: 'ibb', bytes: 5 });
  });

  it('before its first byte, as when a proxy is not activated, there is a second way, too [SI-R-12]', async () => {
    const { peer, outcomes } = receiving();
    const proxy = await startStreamhost('accept');
    await peer.ask(offerOf('s1'));
    await peer.ask(writeBytestreamOffer({ sid: 's1', streamhosts: [proxy.streamhost] }));
    expect(methodIn(await peer.ask(offerOf('s2', {}, [IBB])))).toBe(IBB);
    await sendInBand(peer, 's2', 'hello');
    expect(await outcomes[0]).toMatchObject({ method: 'ibb', bytes: 5 });
  });

  it('and nothing follows, it is the failure of SOCKS5 that is told [SI-R-12]', async () => {
    const { peer, outcomes } = receiving({ secondWayMs: 1 });
    await peer.ask(offerOf('s1'));
    await peer.ask(writeBytestreamOffer({ sid: 's1', streamhosts: dead }));
    await expect(outcomes[0]).rejects.toMatchObject({ code: 'no-streamhost-reachable' });
  });
});

describe('a transfer that was accepted', () => {
  it('ends when the sender never comes, or sends nothing [SI-R-13] [S5B-T-11]', async () => {
    const { peer, outcomes, sink } = receiving({ streamMs: 1 });
    await peer.ask(offerOf('s1'));
    await expect(outcomes[0]).rejects.toMatchObject({ code: 'timed-out' });
    expect(sink.outcome).toBe('aborted');
    const silent = receiving({ firstByteMs: 1 });
    const proxy = await startStreamhost('accept');
    await silent.peer.ask(offerOf('s1'));
    await silent.peer.ask(writeBytestreamOffer({ sid: 's1', streamhosts: [proxy.streamhost] }));
    await expect(silent.outcomes[0]).rejects.toMatchObject({ code: 'timed-out' });
    await proxy.untilLeft();
  });

  it('ends when the receiver says so, and streams are broken off', async () => {
    const controller = new AbortController();
    const { peer, outcomes } = receiving({ signal: controller.signal });
    const proxy = await startStreamhost('accept');
    await peer.ask(offerOf('s1'));
    await peer.ask(writeBytestreamOffer({ sid: 's1', streamhosts: [proxy.streamhost] }));
    controller.abort();
    await expect(outcomes[0]).rejects.toMatchObject({ code: 'cancelled' });
    await proxy.untilLeft();
  });

  it('ends when the connection is lost before there is a stream', async () => {
    const { peer, outcomes } = receiving();
    await peer.ask(offerOf('s1'));
    peer.entity.disconnect();
    await expect(outcomes[0]).rejects.toMatchObject({ code: 'offline' });
  });

  it('goes on when the connection is lost, and bytes run over TCP; it ends with the session', async () => {
    const { peer, outcomes, sink } = receiving();
    const proxy = await startStreamhost('accept');
    await peer.ask(offerOf('s1'));
    await peer.ask(writeBytestreamOffer({ sid: 's1', streamhosts: [proxy.streamhost] }));
    peer.entity.disconnect();
    proxy.send('hello');
    expect(await outcomes[0]).toMatchObject({ method: 's5b-proxy', bytes: 5 });
    expect(sink.bytes.toString()).toBe('hello');
    const stopped = receiving();
    await stopped.peer.ask(offerOf('s1'));
    await stopped.peer.ask(
      writeBytestreamOffer({ sid: 's1', streamhosts: [(await startStreamhost('accept')).streamhost] }),
    );
    stopped.peer.entity.emit('offline');
    await expect(stopped.outcomes[0]).rejects.toMatchObject({ code: 'offline' });
  });

  it('tells what happens, the latest progress included', async () => {
    const seen: string[] = [];
    let done = Promise.resolve();
    const { peer } = deciding((offer) => {
      const transfer = offer.accept({ to: new MemorySink() });
      done = (async () => {
        for await (const { event } of transfer) seen.push(event);
      })();
    });
    await peer.ask(offerOf('s1', {}, [IBB]));
    await sendInBand(peer, 's1', 'hello');
    await done;
    expect(seen).toEqual(['accepted', 'connected', 'progress']);
  });
});

describe('a receiver that is closed', () => {
  it('takes no more offers', async () => {
    const { peer, receiver } = receiving();
    receiver.close();
    receiver.close();
    const id = peer.send(offerOf('s1'));
    const next = receiveFiles(new Session(peer.entity), (offer) => offer.decline(), { disco: false });
    expect(next.features).toContain(SI);
    expect(peer.unread.filter((stanza) => attribute(stanza, 'id') === id)).toEqual([]);
  });
});
