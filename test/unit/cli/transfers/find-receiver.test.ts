// Whom `streamhost send` sends to: a resource that takes files, among those that show themselves. [SI-I-02]

import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { findReceiver } from '../../../../src/cli/transfers/find-receiver.ts';
import { Session } from '../../../../src/client/session.ts';
import { writeInfo } from '../../../../src/wire/disco.ts';
import { SI } from '../../../../src/wire/si.ts';
import { attribute, xml } from '../../../../src/wire/xml.ts';
import { PEER, ScriptedPeer, US } from '../../../support/client/scripted-peer.ts';

const BARE = 'bob@example.org';

function finding(to: string, signal = new AbortController().signal) {
  const peer = new ScriptedPeer();
  const found = findReceiver(new Session(peer.entity), to, signal);
  found.catch(() => {});
  const told = () =>
    peer.unread.map((stanza) => [stanza.name, attribute(stanza, 'to'), attribute(stanza, 'type')]);
  const show = (from: string) => peer.entity.deliver(xml('presence', { from, to: US }));
  const takes = async (...features: string[]) => {
    const identities = [{ category: 'client', type: 'pc' }];
    const request = await peer.next('query');
    peer.accept(request, writeInfo({ identities, features, extensions: [] }));
    return attribute(request, 'to');
  };
  return { peer, found, told, show, takes };
}

it('a full JID is taken at its word, and shown that we are here, so that it sees our end [IBB-28]', async () => {
  const { found, told } = finding(PEER);
  expect(await found).toBe(PEER);
  expect(told()).toEqual([['presence', PEER, undefined]]);
});

it('a component is taken at its word, and told nothing', async () => {
  const { found, told } = finding('files.example.org');
  expect(await found).toBe('files.example.org');
  expect(told()).toEqual([]);
});

it('of a person, it is the first resource that says that it takes files', async () => {
  const { peer, found, told, show, takes } = finding(BARE);
  await setImmediate();
  expect(told()).toEqual([
    ['presence', BARE, undefined],
    ['presence', BARE, 'probe'],
  ]);
  peer.entity.sent.splice(0);
  show('eve@example.org/x');
  show(`${BARE}/tv`);
  expect(await takes('urn:other')).toBe(`${BARE}/tv`);
  show(`${BARE}/tv`);
  show(PEER);
  expect(await takes(SI)).toBe(PEER);
  expect(await found).toBe(PEER);
});

it('the search can be called off, and ends with the connection', async () => {
  const controller = new AbortController();
  const { found } = finding(BARE, controller.signal);
  controller.abort(new Error('interrupted'));
  await expect(found).rejects.toMatchObject({ code: 'cancelled' });
  const lost = finding(BARE);
  await setImmediate();
  lost.peer.entity.disconnect();
  await expect(lost.found).rejects.toMatchObject({ code: 'offline' });
});
