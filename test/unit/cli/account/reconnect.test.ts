// When a lost connection is made again, and when it is lost for good.

import { EventEmitter } from 'node:events';
import type { Client } from '@xmpp/client';
import { expect, it, onTestFinished, vi } from 'vitest';
import { keepConnected } from '../../../../src/cli/account/reconnect.ts';

function keeping(reconnects = true) {
  let isStopped = false;
  const reconnect = {
    delay: 1000,
    stop: () => {
      isStopped = true;
    },
  };
  const entity = Object.assign(new EventEmitter(), { reconnect }) as unknown as Client;
  const cut = vi.fn();
  const gone = keepConnected(entity, { reconnects, cut });
  return { entity, gone, cut, reconnect, isStopped: () => isStopped };
}

function refusal(condition: string): Error {
  return Object.assign(new Error(condition), { condition });
}

it('it is made again as often as it is lost', () => {
  const { entity, gone, isStopped } = keeping();
  for (let count = 0; count < 20; count++) {
    entity.emit('error', new Error('connect ECONNREFUSED'));
    entity.emit('disconnect');
  }
  expect([gone.aborted, isStopped()]).toEqual([false, false]);
});

it('the pauses grow, and begin anew after a success', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  onTestFinished(() => void vi.restoreAllMocks());
  const { entity, reconnect } = keeping();
  const pauses = Array.from({ length: 9 }, () => {
    entity.emit('disconnect');
    return reconnect.delay;
  });
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  entity.emit('online', 'bob@example.org/x');
  entity.emit('disconnect');
  expect(reconnect.delay).toBe(500);
});

it('it is lost for good when that was the agreement', () => {
  const { entity, gone, isStopped } = keeping(false);
  expect(isStopped()).toBe(true);
  entity.emit('disconnect');
  expect(gone.reason).toMatchObject({ message: 'the connection to the server was lost' });
});

it.each(['conflict', 'not-authorized'])('it is lost for good after %s', (condition) => {
  const { entity, gone, isStopped } = keeping();
  entity.emit('error', refusal(condition));
  expect(isStopped()).toBe(true);
  expect(gone.reason).toMatchObject({ message: expect.stringContaining(condition) });
});

it('a server that does not say what it wants is left', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { entity, cut } = keeping();
  entity.emit('connecting');
  entity.emit('online', 'bob@example.org/x');
  vi.runAllTimers();
  expect(cut).not.toHaveBeenCalled();
  entity.emit('connecting');
  vi.runAllTimers();
  expect(cut).toHaveBeenCalledOnce();
});
