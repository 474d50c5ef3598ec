// The known name behind a mistyped one.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/config/nearest.ts';

const NAMES = ['handshake', 'pending', 'halfClose', 'shutdown'];

describe('the nearest name', () => {
  it.each([
    ['halfclose', 'halfClose'],
    ['half_close', 'halfClose'],
    ['half-close', 'halfClose'],
    ['shutdwon', 'shutdown'],
    ['handshakes', 'handshake'],
    ['pendig', 'pending'],
  ])('to %s is %s', (mistyped, known) => {
    expect(nearest(mistyped, NAMES)).toBe(known);
  });

  it('is none when nothing is close', () => {
    expect(nearest('colour', NAMES)).toBeUndefined();
    expect(nearest('x', [])).toBeUndefined();
  });

  it('is found through one slip of the keyboard', () => {
    const slip = fc.record({
      name: fc.constantFrom(...NAMES),
      at: fc.nat(),
      letter: fc.constantFrom(...'aexz'),
    });
    fc.assert(
      fc.property(slip, ({ name, at, letter }) => {
        const place = at % name.length;
        return nearest(name.slice(0, place) + letter + name.slice(place + 1), NAMES) === name;
      }),
    );
  });
});
