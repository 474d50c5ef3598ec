// How a stream ends, and that nothing is left of it: half-close, reset, abort, descriptors of every relay engine.

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOf } from '../support/end-of.ts';
import { ended, receive, receiveAll } from '../support/tcp.ts';
import { engines } from './relay-engines.ts';
import { RelayFixture } from './relay-fixture.ts';

describe.each(engines)('relay engine $name ends a stream', (engine) => {
  it.each(['first', 'second'] as const)(
    'only half when the %s sends FIN: the other may still talk [S5B-P-80]',
    async (who) => {
      const fixture = await RelayFixture.open(engine);
      const { first, second, stream } = await fixture.stream();
      const [quiet, talker] = who === 'first' ? [first, second] : [second, first];
      quiet.end('bye');
      expect(await receiveAll(talker)).toEqual({ bytes: Buffer.from('bye'), end: 'fin' });
      talker.write('one more thing');
      expect((await receive(quiet, 14)).toString()).toBe('one more thing');
      talker.end();
      expect((await receiveAll(quiet)).end).toBe('fin');
      expect(await endOf(stream)).toBe('finished');
    },
  );

  it.each(['first', 'second'] as const)(
    'with a reset on both sides when the %s resets [S5B-P-81]',
    async (who) => {
      const fixture = await RelayFixture.open(engine);
      const { first, second, stream } = await fixture.stream();
      const [resetter, other] = who === 'first' ? [first, second] : [second, first];
      resetter.write('half a fi');
      await receive(other, 9);
      resetter.resetAndDestroy();
      expect(await ended(other)).toBe('reset');
      expect(await endOf(stream)).toBe('reset');
    },
  );

  it('without losing what was said before a FIN, when a reset follows the FIN [S5B-P-80]', async () => {
    const fixture = await RelayFixture.open(engine);
    const { first, second, stream } = await fixture.stream();
    second.pause();
    first.pause();
    second.write('never read'); // so that closing is a reset, and not a FIN
    while (stream.bytes().secondToFirst < 10) await turn();
    first.end('whole');
    await once(first, 'finish');
    first.resetAndDestroy();
    expect(await receiveAll(second)).toEqual({ bytes: Buffer.from('whole'), end: 'fin' });
    second.end();
    await endOf(stream);
  });

  it('with a reset for whoever goes on talking to a peer that has closed [S5B-P-81]', async () => {
    const fixture = await RelayFixture.open(engine);
    const { first, second, stream } = await fixture.stream();
    first.end();
    first.destroy();
    await receiveAll(second);
    const reset = once(second, 'error');
    const talk = setInterval(() => second.write('is anybody there?'), 1);
    await reset;
    clearInterval(talk);
    expect(await endOf(stream)).toBe('reset');
  });

  it('when a half-closed one has been silent for too long, but not while bytes move [S5B-P-80]', async () => {
    const fixture = await RelayFixture.open(engine);
    const { first, second, stream } = await fixture.stream();
    first.end();
    await receiveAll(second);
    second.write('still here');
    await receive(first, 10);
    fixture.passHalfClose();
    second.write('and here');
    expect((await receive(first, 8)).toString()).toBe('and here');
    fixture.passHalfClose();
    const atFirst = ended(first);
    fixture.passHalfClose();
    expect(await endOf(stream)).toBe('half-close-timeout');
    expect(await atFirst).toBe('reset');
  });

  it('when a half-closed one has been silent for as long as a running engine was told since', async () => {
    const fixture = await RelayFixture.open(engine);
    const { first, second, stream } = await fixture.stream();
    fixture.engine.reconfigure({ halfCloseMs: 5, userTimeoutMs: 1000 });
    first.end();
    await receiveAll(second);
    second.write('still here');
    await receive(first, 10);
    fixture.clock.advance(5); // bytes have moved
    fixture.clock.advance(5);
    expect(await endOf(stream)).toBe('half-close-timeout');
  });

  it('on both sides by a reset when it is aborted, with the reason given', async () => {
    const fixture = await RelayFixture.open(engine);
    const { first, second, stream } = await fixture.stream();
    const ends = Promise.all([ended(first), ended(second)]);
    stream.abort('shutdown');
    stream.abort('reset');
    expect(await ends).toEqual(['reset', 'reset']);
    expect(await endOf(stream)).toBe('shutdown');
  });

  it('and closes: streams are reset, waiting peers see EOF', async () => {
    const fixture = await RelayFixture.open(engine);
    const { first, stream } = await fixture.stream();
    const waiting = await fixture.hold();
    const ends = Promise.all([ended(first), ended(waiting.client)]);
    await fixture.engine.close();
    await fixture.engine.close();
    expect(await ends).toEqual(['reset', 'fin']);
    expect(await endOf(stream)).toBe('shutdown');
  });

  it('at whatever moment either side leaves, and leaves no descriptor behind', async () => {
    const fixture = await RelayFixture.open(engine);
    const moment = fc.record({
      written: fc.integer({ min: 0, max: 400_000 }),
      turns: fc.integer({ min: 0, max: 6 }),
      how: fc.constantFrom('fin', 'close', 'reset'),
    });
    await fixture.stream().then(({ first, second, stream }) => {
      first.destroy();
      second.destroy();
      return endOf(stream);
    });
    const before = await descriptors();
    await fc.assert(
      fc.asyncProperty(moment, moment, async (one, two) => {
        const { first, second, stream } = await fixture.stream();
        const sides = [
          { socket: first, ...one },
          { socket: second, ...two },
        ];
        await Promise.all(
          sides.map(async ({ socket, written, turns, how }) => {
            socket.write(Buffer.alloc(written));
            socket.resume();
            for (let i = 0; i < turns; i++) await turn();
            if (how === 'reset') socket.resetAndDestroy();
            else if (how === 'close') socket.destroy();
            else socket.end();
          }),
        );
        expect(['finished', 'reset']).toContain(await endOf(stream));
        first.destroy();
        second.destroy();
      }),
      { numRuns: 150 },
    );
    expect(await descriptors()).toBeLessThanOrEqual(before);
  });
});

/** Open descriptors of this process once those that are being closed are closed; 0 where the system does not tell. */
async function descriptors(): Promise<number> {
  if (process.platform !== 'linux') return 0;
  let count = readdirSync('/proc/self/fd').length;
  for (let turns = 0; turns < 50; turns++) {
    await turn();
    count = Math.min(count, readdirSync('/proc/self/fd').length);
  }
  return count;
}
