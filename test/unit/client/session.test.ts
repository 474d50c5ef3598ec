// The bridge to an XMPP connection: whose answers count, who answers what, and what the end of the connection means.

import { describe, expect, it } from 'vitest';
import { StanzaError } from '../../../src/client/errors.ts';
import { Session } from '../../../src/client/session.ts';
import { xml } from '../../../src/wire/xml.ts';
import { outcomeOf, PEER, ScriptedPeer, US } from '../../support/client/scripted-peer.ts';

const question = () => xml('question', { xmlns: 'urn:test' });

function start(jid?: string) {
  const peer = new ScriptedPeer();
  return { peer, session: new Session(peer.entity, jid === undefined ? {} : { jid }) };
}

describe('a request', () => {
  it('gets the answer of whom it asked, not that of somebody else [ENT-06]', async () => {
    const { peer, session } = start();
    const asked = session.request(PEER, 'get', question());
    const request = await peer.next('question');
    const id = request.attrs.id;
    peer.entity.deliver(xml('iq', { type: 'result', id, from: 'eve@example.org/x', to: US }, xml('lie')));
    peer.entity.deliver(xml('iq', { type: 'result', id: 'other', from: PEER, to: US }, xml('lie')));
    peer.accept(request, xml('truth'));
    expect((await asked).getChild('truth')).toBeDefined();
  });

  it.each(['example.org', 'alice@example.org'])(
    'to our own %s may be answered without a from',
    async (to) => {
      const { peer, session } = start();
      const asked = session.request(to, 'get', question());
      const id = (await peer.next('question')).attrs.id;
      peer.entity.deliver(xml('iq', { type: 'result', id, to: US }));
      await expect(asked).resolves.toBeDefined();
    },
  );

  it('rejects with what the error says', async () => {
    const { peer, session } = start();
    const asked = session.request(PEER, 'set', question());
    peer.refuse(await peer.next('question'), 'not-allowed');
    await expect(asked).rejects.toMatchObject({
      code: 'stanza-error',
      condition: 'not-allowed',
      type: 'cancel',
    });
  });

  it('ends by its deadline, its signal, or with the connection', async () => {
    const { peer, session } = start();
    await expect(session.request(PEER, 'get', question(), { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'timed-out',
    });
    const signal = AbortSignal.abort();
    await expect(session.request(PEER, 'get', question(), { signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const asked = session.request(PEER, 'get', question());
    peer.entity.disconnect();
    await expect(asked).rejects.toMatchObject({ code: 'offline' });
    await expect(session.request(PEER, 'get', question())).rejects.toMatchObject({ code: 'offline' });
    peer.entity.status = 'online';
    expect([session.link.aborted, session.life.aborted]).toEqual([false, false]);
  });
});

describe('a handler', () => {
  it('answers with a payload, an empty result or a refusal, without repeating the request [ENT-09]', async () => {
    const { peer, session } = start();
    const answers = [xml('answer'), undefined, new StanzaError({ condition: 'forbidden', type: 'auth' })];
    const release = session.handle('set', 'urn:test', 'question', () => answers.shift());
    expect((await peer.ask(question())).getChild('answer')).toBeDefined();
    expect((await peer.ask(question())).children).toEqual([]);
    const refused = await peer.ask(question());
    expect(outcomeOf(refused)).toBe('forbidden/auth');
    expect(refused.getChild('question')).toBeUndefined();
    release();
  });

  it('that throws a refusal refuses; that throws anything else has failed, and somebody is told', async () => {
    const told: Error[] = [];
    const peer = new ScriptedPeer();
    const session = new Session(peer.entity, { onError: (error) => told.push(error) });
    const errors = [new StanzaError({ condition: 'conflict', type: 'cancel' }), new Error('bug')];
    session.handle('set', 'urn:test', 'question', () => {
      throw errors.shift();
    });
    expect(outcomeOf(await peer.ask(question()))).toBe('conflict/cancel');
    expect(outcomeOf(await peer.ask(question()))).toBe('internal-server-error/cancel');
    expect(told.map(({ message }) => message)).toEqual(['bug']);
  });

  it('is the only one for its payload', () => {
    const { session } = start();
    session.handle('set', 'urn:test', 'question', () => undefined);
    expect(() => session.handle('set', 'urn:test', 'question', () => undefined)).toThrow('somebody answers');
  });

  it('of a component answers only for its own address, and says who it is [COMP-14]', async () => {
    const { peer, session } = start('bot.example.org');
    session.handle('set', 'urn:test', 'question', () => undefined);
    const ask = (to: string) =>
      peer.entity.deliver(xml('iq', { type: 'set', id: to, from: PEER, to }, question()));
    ask('other.example.org');
    ask('bot.example.org');
    expect((await peer.answerTo('bot.example.org')).attrs.from).toBe('bot.example.org');
    expect(peer.unread).toEqual([]);
    await session.send(xml('message', { to: PEER }));
    expect(peer.unread[0]?.attrs.from).toBe('bot.example.org');
  });
});

it('a session that is closed lets go of the connection, and ends what waits', async () => {
  const { peer, session } = start();
  session.handle('set', 'urn:test', 'question', () => undefined);
  const asked = session.request(PEER, 'get', question());
  session.close();
  session.close();
  await expect(asked).rejects.toMatchObject({ code: 'offline' });
  expect([session.isOnline, session.life.aborted]).toEqual([false, true]);
  expect(peer.entity.listenerCount('stanza')).toBe(0);
});
