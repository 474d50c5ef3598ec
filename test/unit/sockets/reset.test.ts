// A reset at any moment releases the socket.

import { once } from 'node:events';
import { expect, it } from 'vitest';
import { reset } from '../../../src/sockets/reset.ts';
import { Acceptor, ended } from '../../support/tcp.ts';

it.each([
  ['with nothing said', () => {}],
  ['in the turn in which it sent FIN', (end: () => void) => end()],
])('a socket that is reset %s is closed, and its peer is told [S5B-P-81]', async (_, before) => {
  const acceptor = await Acceptor.open();
  const { client, accepted } = await acceptor.pair();
  const closed = once(accepted, 'close');
  before(() => void accepted.end());
  reset(accepted);
  await closed;
  expect(['reset', 'fin']).toContain(await ended(client)); // a FIN that was out before is read first
});
