import { getEventListeners, once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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
    const late = setImmediate().then((): string => {
      throw new Error('late');
    });
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

describe('a signal of several', () => {
  it('keeps its deadline when memory is collected meanwhile', async () => {
    const expected = once(within(20, new AbortController().signal), 'abort');
    for (let turn = 0; turn < 5; turn++) {
      await setImmediate();
      collectGarbage();
    }
    await expected;
  });
});

/** Asks V8 for a whole collection, which it does by itself as well, but not when a test needs it. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
