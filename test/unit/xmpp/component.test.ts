// What the component bridges in its library, where no server is needed to see it.

import { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { ComponentStream } from '../../../src/xmpp/component.ts';
import { ManualClock } from '../../support/clock.ts';

function create(service = 'xmpp://127.0.0.1') {
  const clock = new ManualClock();
  const options = { service, domain: 'proxy.example.org', secret: 's', joinTimeoutMs: 1000, clock };
  return { stream: new ComponentStream(options), clock };
}

describe('a component stream', () => {
  it.each([
    ['xmpp://[2001:db8::1]:5555', { host: '2001:db8::1', port: 5555 }],
    ['xmpp://[::1]', { host: '::1', port: 5347 }],
    ['xmpps://xmpp.example.org:5348', { host: 'xmpp.example.org', port: 5348 }],
  ])('connects for %s to %o', (service, expected) => {
    expect(create().stream.socketParameters(service)).toEqual(expected);
  });

  it.each(['xmpp://nowhere:99999', 'xmpps://nowhere:99999'])(
    'ends with the reason when %s cannot be connected to',
    async (service) => {
      const { stream, clock } = create(service);
      stream.join();
      const { phase, cause } = await stream.ended;
      expect(phase).toBe('connecting');
      expect(cause).toMatchObject({ kind: 'socket-error', error: { code: 'ERR_INVALID_URL' } });
      expect(clock.pending).toBe(0);
    },
  );

  it('can be stopped before it has begun', async () => {
    const { stream } = create();
    await stream.stop();
    expect((await stream.ended).cause).toEqual({ kind: 'stopped' });
  });

  it('does not die of bytes that come after the stream [COMP-18]', () => {
    expect(() => create().stream._onData(Buffer.from('<iq/>'))).not.toThrow();
  });

  it('reads no more while the server does not take our answers', () => {
    const { stream } = create();
    const socket = new Socket();
    const pause = vi.spyOn(socket, 'pause');
    const resume = vi.spyOn(socket, 'resume');
    Object.defineProperty(socket, 'writableNeedDrain', { value: true });
    stream.socket = socket;
    stream._onData(Buffer.from(' '));
    stream._onData(Buffer.from(' '));
    expect(pause).toHaveBeenCalledTimes(1);
    socket.emit('drain');
    expect(resume).toHaveBeenCalledTimes(1);
    socket.destroy();
  });
});
