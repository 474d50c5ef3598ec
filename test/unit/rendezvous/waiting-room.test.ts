// How long connections wait, each by its own deadline and all by one timer.

import { beforeEach, describe, expect, it } from 'vitest';
import type { Peer } from '../../../src/rendezvous/ports.ts';
import { WaitingRoom } from '../../../src/rendezvous/waiting-room.ts';
import { parseSessionKey, type SessionKey } from '../../../src/wire/session-key.ts';
import { ManualClock } from '../../support/clock.ts';
import { FakePeer } from '../../support/fake-relay.ts';

const OPTIONS = { maxWaiting: 10, pendingMs: 1000 };
const KEY = parseSessionKey('a'.repeat(40)) as SessionKey;

let clock: ManualClock;
let room: WaitingRoom;
let expired: Peer[];

beforeEach(() => {
  clock = new ManualClock();
  expired = [];
  room = new WaitingRoom(clock, OPTIONS, (_key, peer) => {
    expired.push(peer);
    room.leave(peer);
  });
});

describe('a connection that waits', () => {
  it('expires when its own time is over, whoever came before it or has left [S5B-P-83]', () => {
    const [first, second, third] = [enter(), enterAfter(300), enterAfter(300)];
    room.leave(first);
    clock.advance(699);
    expect(expired).toEqual([]);
    clock.advance(1);
    expect(expired).toEqual([second]);
    clock.advance(300);
    expect(expired).toEqual([second, third]);
    expect([room.size, clock.pending]).toEqual([0, 0]);
  });

  it('costs no timer of its own', () => {
    for (let i = 0; i < 5; i++) enter();
    expect(clock.pending).toBe(1);
  });

  it('gives its place back once, however often it is said to leave', () => {
    const waiting: string[] = [];
    const addresses = {
      mayWait: () => true,
      wait: (address: string) => void waiting.push(address),
      stopWaiting: () => void waiting.pop(),
    };
    room.reconfigure({ ...OPTIONS, addresses });
    const [first] = [enter(), enter()];
    room.leave(first);
    room.leave(first);
    expect(waiting).toHaveLength(1);
  });
});

describe('a reload', () => {
  it('with a shorter time leaves whoever waits that time from now on, at most', () => {
    enter();
    enterAfter(950);
    room.reconfigure({ ...OPTIONS, pendingMs: 100 });
    enterAfter(10);
    clock.advance(40);
    expect(expired).toHaveLength(1);
    clock.advance(50);
    expect(expired).toHaveLength(2);
    clock.advance(10);
    expect(expired).toHaveLength(3);
  });

  it('with a longer one changes nothing for whoever waits', () => {
    enter();
    room.reconfigure({ ...OPTIONS, pendingMs: 5000 });
    enter();
    clock.advance(1000);
    expect(expired).toHaveLength(1);
    clock.advance(4000);
    expect(expired).toHaveLength(2);
  });
});

function enter(): Peer {
  const peer = new FakePeer();
  room.enter(peer, KEY, peer.remote);
  return peer;
}

function enterAfter(ms: number): Peer {
  clock.advance(ms);
  return enter();
}
