// Buffers that are filled and looked at in turn.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring } from '../../../../src/client/bytes/ring.ts';

function fill(ring: Ring, text: string): void {
  ring.fill(ring.next.write(text));
}

describe('a ring of buffers', () => {
  it('gives what it was filled with, as far as it was filled, and then nothing', () => {
    const ring = new Ring(2, 8);
    expect(ring.take()).toBeUndefined();
    fill(ring, 'one');
    fill(ring, 'two');
    expect(String(ring.take())).toBe('one');
    expect(String(ring.take())).toBe('two');
    expect(ring.take()).toBeUndefined();
  });

  it('is full until the next one is asked for: what was taken is being looked at', () => {
    const ring = new Ring(2, 8);
    fill(ring, 'one');
    expect(ring.isFull).toBe(false);
    fill(ring, 'two');
    const one = ring.take();
    expect(ring.isFull).toBe(true);
    ring.take();
    expect(ring.isFull).toBe(false);
    fill(ring, 'three');
    expect(String(one)).toBe('thr'); // the same memory
  });

  it('gives everything in order, however filling and taking take turns', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(fc.boolean()), (slots, turns) => {
        const ring = new Ring(slots, 8);
        const taken: string[] = [];
        let filled = 0;
        const take = () => {
          const chunk = ring.take();
          if (chunk !== undefined) taken.push(String(chunk));
        };
        for (const isFill of turns) {
          if (isFill && !ring.isFull) fill(ring, `${filled++}`);
          else take();
        }
        while (taken.length < filled) take();
        expect(taken).toEqual(Array.from({ length: filled }, (_, index) => `${index}`));
      }),
    );
  });
});
