// Which engine runs where, and what an operator reads when it is not the fastest.

import { describe, expect, it, onTestFinished } from 'vitest';
import { chooseEngine } from '../../../src/relay/choose.ts';
import type { Libc } from '../../../src/relay/splice/libc.ts';
import { prepareSplice } from '../../../src/relay/splice/probe.ts';
import { ManualClock } from '../../support/clock.ts';
import { describeWith } from '../../support/requirements.ts';

const options = { earlyData: 'hold', halfCloseMs: 1000, workers: 'auto' } as const;

/** A C library in which every call succeeds but one. */
function refusing(call: keyof Libc, errno: number): Libc {
  const answer = (name: keyof Libc) => () => (name === call ? -1 : name === 'errno' ? errno : 0);
  const calls = ['close', 'fcntl', 'pipe2', 'socketpair', 'splice', 'read', 'write', 'recv', 'send'] as const;
  const others = ['shutdown', 'getsockopt', 'setsockopt', 'eventfd', 'errno'] as const;
  const epoll = ['epollCreate', 'epollControl', 'epollWait'] as const;
  const made = [...calls, ...others, ...epoll].map((name) => [name, answer(name)]);
  return Object.fromEntries(made) as Libc;
}

const EPERM = 1;
const ENOSYS = 38;
const cannotLoad = () => {
  throw new Error("Cannot find module 'koffi'\nRequire stack:\n- ...");
};

describe('the choice of the relay engine', () => {
  it.each([
    ['another system', () => prepareSplice({ platform: 'darwin', load: cannotLoad }), /needs Linux.*darwin/],
    [
      'no koffi',
      () => prepareSplice({ platform: 'linux', load: cannotLoad }),
      /koffi.*Cannot find module 'koffi'$/,
    ],
    [
      'splice is forbidden',
      () => prepareSplice({ platform: 'linux', load: () => refusing('splice', EPERM) }),
      /refuses splice \(EPERM\)/,
    ],
    [
      'there is no eventfd',
      () => prepareSplice({ platform: 'linux', load: () => refusing('eventfd', ENOSYS) }),
      /refuses eventfd \(ENOSYS\)/,
    ],
  ])('falls back with a reason: %s', (_case, prepare, reason) => {
    const choice = chooseEngine('auto', new ManualClock(), options, prepare);
    expect(choice).toMatchObject({
      ok: true,
      engine: { name: 'stream' },
      fallback: expect.stringMatching(reason),
    });
    const asked = chooseEngine('splice', new ManualClock(), options, prepare);
    expect(asked).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
  });

  it('asks nothing of the system for the portable engine', () => {
    const choice = chooseEngine('stream', new ManualClock(), options, cannotLoad);
    expect(choice).toMatchObject({ ok: true, engine: { name: 'stream' } });
    expect(choice).not.toHaveProperty('fallback');
  });
});

describeWith(['splice'], 'the choice of the relay engine where splice runs', () => {
  it('is the zero-copy engine', () => {
    const choice = chooseEngine('auto', new ManualClock(), options);
    expect(choice).toMatchObject({ ok: true, engine: { name: 'splice' } });
    if (choice.ok) onTestFinished(() => choice.engine.close());
  });
});
