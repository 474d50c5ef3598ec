import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { explainAbort, limited, within } from '../../../src/client/deadline.ts';
import { OfflineError } from '../../../src/client/errors.ts';

const LONG = 60_000;
const never = new Promise<string>(() => {});

describe('a limited wait', () => {
  it('gives the value', async () => {
    await expect(limited(Promise.resolve('tea'), 'tea', LONG)).resolves.toBe('tea');
  });

  it('passes the failure on', async () => {
    await expect(limited(Promise.reject(new Error('spilt')), 'tea', LONG)).rejects.toThrow('spilt');
  });

  it('ends when one of its signals is aborted, also before it began, and leaves nothing on it', async () => {
    const controller = new AbortController();
    const waiting = limited(never, 'the tea', LONG, undefined, controller.signal);
    controller.abort(new Error('called off'));
    const cancelled = { code: 'cancelled', message: 'cancelled while waiting for the tea' };
    await expect(waiting).rejects.toMatchObject(cancelled);
    await expect(limited(never, 'the tea', LONG, controller.signal)).rejects.toMatchObject(cancelled);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('says what it waited for when the deadline passes', async () => {
    await expect(limited(never, 'the tea', 1)).rejects.toMatchObject({
      code: 'timed-out',
      message: 'waited too long for the tea',
    });
  });

  it('does not let a failure that comes too late escape', async () => {
    const late = new Promise<string>((_resolve, reject) => setImmediate(() => reject(new Error('late'))));
    const aborted = AbortSignal.abort(new Error('called off'));
    await expect(limited(late, 'tea', LONG, aborted)).rejects.toMatchObject({ code: 'cancelled' });
    await expect(late).rejects.toThrow('late');
  });
});

describe('the reason of an abortion', () => {
  it('is told as it is when it is an error of a transfer', () => {
    const reason = new OfflineError('gone');
    expect(explainAbort(AbortSignal.abort(reason), 'tea')).toBe(reason);
  });

  it('is that time is up when a timeout has aborted', async () => {
    const signal = within(1, undefined);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(explainAbort(signal, 'tea')).toMatchObject({ code: 'timed-out' });
  });
});
