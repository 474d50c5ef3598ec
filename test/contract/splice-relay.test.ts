// What only the zero-copy engine has: threads that may die, and descriptors that Node.js does not know.

import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { loadLibc } from '../../src/relay/splice/libc.ts';
import { Socket as Names } from '../../src/relay/splice/linux.ts';
import { spawnWorker } from '../../src/relay/splice/spawn-worker.ts';
import { SplicedPeer } from '../../src/relay/splice/spliced-peer.ts';
import { SplicedStream } from '../../src/relay/splice/spliced-stream.ts';
import { SpliceRelay } from '../../src/relay/splice-relay.ts';
import type { StreamRelayOptions } from '../../src/relay/stream-relay.ts';
import type { Clock } from '../../src/rendezvous/ports.ts';
import { openPipes } from '../support/descriptors.ts';
import { endOf } from '../support/end-of.ts';
import { describeWith } from '../support/requirements.ts';
import { ended, receive, receiveAll } from '../support/tcp.ts';
import type { EngineUnderTest } from './relay-engines.ts';
import { becomes, type Held, RelayFixture } from './relay-fixture.ts';

const MiB = 1024 * 1024;

/** An engine whose threads can be ended. */
class Mortal implements EngineUnderTest {
  readonly name = 'splice';
  readonly threads: Worker[] = [];
  readonly deaths: number[] = [];
  readonly #workers: number;

  constructor(workers: number) {
    this.#workers = workers;
  }

  create(clock: Clock, options: StreamRelayOptions): SpliceRelay {
    return new SpliceRelay(loadLibc(), clock, {
      ...options,
      workers: this.#workers,
      onWorkerDeath: (_error, streams) => this.deaths.push(streams),
      spawn: (start) => {
        const thread = spawnWorker(start);
        this.threads.push(thread);
        return thread;
      },
    });
  }

  /** Ends a thread; it notices when something wakes it, such as the FIN of a peer that waits there. */
  async kill(index: number, waiting: Held): Promise<void> {
    const thread = this.threads[index];
    if (thread === undefined) throw new Error(`there is no thread ${index}`);
    const gone = once(thread, 'exit');
    void thread.terminate();
    waiting.client.end();
    await gone;
  }
}

/** How long the kernel lets a connection leave bytes unacknowledged, in milliseconds. */
function userTimeout(fd: number | undefined): number {
  const value = Int32Array.of(0);
  const { getsockopt } = loadLibc();
  expect(getsockopt(fd ?? -1, Names.IPPROTO_TCP, Names.TCP_USER_TIMEOUT, value, Int32Array.of(4))).toBe(0);
  return value[0] ?? 0;
}

describeWith(['splice'], 'another timeout for lost connections', () => {
  it('holds for streams that run, for who waits, and for who comes', async () => {
    const fixture = await RelayFixture.open(new Mortal(2));
    const { stream } = await fixture.stream();
    const waiting = await fixture.hold();
    fixture.engine.reconfigure({ halfCloseMs: 1000, userTimeoutMs: 77_000 });
    const coming = await fixture.hold();
    if (!(stream instanceof SplicedStream)) throw new Error('it is a stream of another engine');
    const fds: (number | undefined)[] = [...stream.fds];
    for (const { peer } of [waiting, coming]) if (peer instanceof SplicedPeer) fds.push(peer.fd);
    expect(fds.map(userTimeout)).toEqual([77_000, 77_000, 77_000, 77_000]);
  });
});

describeWith(['splice'], 'a relay thread that dies', () => {
  it('takes its own streams with it, and is replaced', async () => {
    const mortal = new Mortal(2);
    const fixture = await RelayFixture.open(mortal);
    const one = await fixture.stream();
    const two = await fixture.stream();
    const waiting = [await fixture.hold('early '), await fixture.hold()] as const;
    fixture.clock.advance(2000);
    const victims = Promise.race([one, two].map(async (each) => ({ each, end: await ended(each.first) })));
    await mortal.kill(0, await fixture.hold());
    const { each, end } = await victims;
    expect(end).toBe('reset');
    expect(await endOf(each.stream)).toBe('engine-failed');
    expect(mortal.deaths).toEqual([1]);
    expect(mortal.threads.length).toBe(3);

    const survivor = each === one ? two : one;
    survivor.first.write('still here');
    expect((await receive(survivor.second, 10)).toString()).toBe('still here');

    const stream = await fixture.join(...waiting);
    waiting[0].client.end('and late');
    expect((await receiveAll(waiting[1].client)).bytes.toString()).toBe('early and late');
    waiting[1].client.end();
    expect(await endOf(stream)).toBe('finished');
  });

  it('again and again is replaced after a while each time, and waiting peers are watched again', async () => {
    const mortal = new Mortal(1);
    const fixture = await RelayFixture.open(mortal);
    const waiting = await fixture.hold();
    for (let deaths = 1; deaths <= 3; deaths++) {
      await mortal.kill(mortal.threads.length - 1, await fixture.hold());
      expect(mortal.deaths.length).toBe(deaths);
      fixture.clock.advance(1000);
      expect(mortal.threads.length).toBe(deaths + 1);
    }
    waiting.client.end();
    await becomes(waiting.peer, 'finished');
  });

  it('leaves no descriptor behind, even if pipes were in use', async () => {
    const mortal = new Mortal(1);
    const fixture = await RelayFixture.open(mortal);
    const { first, second, stream } = await fixture.stream();
    const before = openPipes();
    second.pause();
    first.write(Buffer.alloc(16 * MiB)); // more than is taken
    while (stream.bytes().firstToSecond < MiB) await turn();
    expect(openPipes()).toBeGreaterThan(before);
    await mortal.kill(0, await fixture.hold());
    expect(await endOf(stream)).toBe('engine-failed');
    expect(openPipes()).toBeLessThanOrEqual(before); // the thread itself had some, too
  });
});
