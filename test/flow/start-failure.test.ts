// A start that fails leaves nothing behind that could end the process in another way than it says.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { StartError, startDaemon } from '../../src/daemon.ts';
import { FakeEngine } from '../support/fake-relay.ts';
import { configFor } from '../support/proxy.ts';

it('a start that fails has closed the relay engine, whose threads may still be loading', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const taken = other.address();
  if (taken === null || typeof taken === 'string') throw new Error('no port');
  let closed = false;
  class Watched extends FakeEngine {
    override async close(): Promise<void> {
      closed = true;
    }
  }
  const config = configFor('xmpp://127.0.0.1:1', { listen: [{ host: '127.0.0.1', port: taken.port }] });
  const parts = { version: '0.0.0-test', log: { write() {} }, createEngine: () => new Watched() };
  await expect(startDaemon(config, parts)).rejects.toThrow(StartError);
  expect(closed).toBe(true);
});
