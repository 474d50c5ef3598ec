// When the server is asked, and when it is given up.

import { beforeEach, describe, expect, it } from 'vitest';
import { Liveness } from '../../../src/xmpp/liveness.ts';
import { ManualClock } from '../../support/clock.ts';

let clock: ManualClock;
let happened: string[];
let liveness: Liveness;

beforeEach(() => {
  clock = new ManualClock();
  happened = [];
  liveness = new Liveness({
    clock,
    intervalMs: 60,
    timeoutMs: 20,
    ask: (again) => happened.push(`${clock.now()} ${again ? 'again' : 'asked'}`),
    giveUp: () => happened.push(`${clock.now()} given up`),
  });
  liveness.start();
});

describe('a link', () => {
  it('is asked after the interval, again at half time, and given up after the timeout [COMP-20]', () => {
    clock.advance(1000);
    expect(happened).toEqual(['60 asked', '70 again', '80 given up']);
    expect(clock.pending).toBe(0);
  });

  it.each([5, 15])('on which something comes in %i ms after the question lives [COMP-20]', (ms) => {
    clock.advance(60 + ms);
    liveness.heard();
    clock.advance(59);
    expect(happened.filter((what) => what.endsWith('given up'))).toEqual([]);
    clock.advance(1);
    expect(happened.at(-1)).toBe(`${120 + ms} asked`);
  });

  it('is asked at the interval, however much comes in between', () => {
    clock.advance(30);
    liveness.heard();
    clock.advance(30);
    expect(happened).toEqual(['60 asked']);
  });

  it('is left alone after stop, also by what still comes in', () => {
    clock.advance(65);
    liveness.stop();
    liveness.heard();
    clock.advance(1000);
    expect(happened).toEqual(['60 asked']);
    expect(clock.pending).toBe(0);
  });
});
