// The ways to send a file: which may be used, and how others learn of them.

import { expect, it } from 'vitest';
import { usableMethods } from '../../../src/client/methods.ts';
import { receiveFiles } from '../../../src/client/receive-files.ts';
import { Session } from '../../../src/client/session.ts';
import { DISCO_INFO } from '../../../src/wire/disco.ts';
import { IBB } from '../../../src/wire/ibb.ts';
import { xml } from '../../../src/wire/xml.ts';
import { ScriptedPeer, US } from '../../support/client/scripted-peer.ts';

it.each([
  [['ibb', 's5b'], 10, 10, ['s5b', 'ibb']],
  [['ibb', 's5b'], 11, 10, ['s5b']],
  [['ibb'], 11, 10, []],
  [['ibb'], 11, Number.POSITIVE_INFINITY, ['ibb']],
] as const)(
  'of %j, %i bytes with an in-band limit of %i may go by %j [IBB-29]',
  (wanted, size, limit, usable) => {
    expect(usableMethods(wanted, size, limit)).toEqual(usable);
  },
);

it('whoever asks a receiver what it can do learns of in-band bytestreams [IBB-27]', async () => {
  const peer = new ScriptedPeer();
  const receiver = receiveFiles(new Session(peer.entity), () => {});
  peer.entity.deliver(
    xml('iq', { type: 'get', id: 'd', from: peer.jid, to: US }, xml('query', { xmlns: DISCO_INFO })),
  );
  const info = (await peer.answerTo('d')).getChild('query');
  expect(info?.getChildren('feature').map(({ attrs }) => attrs.var)).toContain(IBB);
  receiver.close();
});
