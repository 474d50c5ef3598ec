import { describe, expect, it } from 'vitest';
import { unlessAborted, within } from '../../../../src/cli/demo/deadline.ts';

const never = new Promise<string>(() => {});

describe('waiting unless aborted', () => {
  it('gives the value', async () => {
    const signal = new AbortController().signal;
    await expect(unlessAborted(Promise.resolve('tea'), 'tea', signal)).resolves.toBe('tea');
  });

  it('passes the failure on', async () => {
    const signal = new AbortController().signal;
    await expect(unlessAborted(Promise.reject(new Error('spilt')), 'tea', signal)).rejects.toThrow('spilt');
  });

  it('ends with the reason when it is called off, also before it began', async () => {
    const controller = new AbortController();
    const waiting = unlessAborted(never, 'tea', controller.signal);
    controller.abort(new Error('called off'));
    await expect(waiting).rejects.toThrow('called off');
    await expect(unlessAborted(never, 'tea', controller.signal)).rejects.toThrow('called off');
  });

  it('says what it waited for when the deadline passes', async () => {
    const signal = within(1, new AbortController().signal);
    await expect(unlessAborted(never, 'the tea', signal)).rejects.toThrow('waited too long for the tea');
  });

  it('does not let a failure that comes too late escape', async () => {
    const late = new Promise<string>((_resolve, reject) => setImmediate(() => reject(new Error('late'))));
    const waiting = unlessAborted(late, 'tea', AbortSignal.abort(new Error('called off')));
    await expect(waiting).rejects.toThrow('called off');
    await expect(late).rejects.toThrow('late');
  });
});
