// What each outcome of a probe means for clients.

import { describe, expect, it } from 'vitest';
import type { SelfCheckResult } from '../../../src/rendezvous/ports.ts';
import { judge, judgeName, type Trial, worst } from '../../../src/self-check/judge.ts';
import type { Outcome } from '../../../src/self-check/probe.ts';

const PUBLIC = '203.0.113.7';
const accepted: Outcome = { kind: 'accepted' };
const refusedConnection: Outcome = { kind: 'no-connection', code: 'ECONNREFUSED' };

function trial(address: string, outcome: Outcome, more: Partial<Trial> = {}): Trial {
  return { told: { host: address, port: 7777 }, address, isOurs: false, arrived: false, outcome, ...more };
}

describe('an address', () => {
  it.each<[string, Trial, SelfCheckResult]>([
    ['public, and we answered', trial(PUBLIC, accepted, { arrived: true }), 'ok'],
    ['private, and we answered', trial('10.0.0.5', accepted, { arrived: true, isOurs: true }), 'private'],
    [
      'link-local, and we answered',
      trial('169.254.0.5', accepted, { arrived: true, isOurs: true }),
      'private',
    ],
    [
      'the loopback, and we answered',
      trial('127.0.0.1', accepted, { arrived: true, isOurs: true }),
      'loopback',
    ],
    ['unspecified, and we answered', trial('0.0.0.0', accepted, { arrived: true }), 'unreachable'],
    ['public, where another proxy answered', trial(PUBLIC, accepted), 'not-us'],
    ['public, where something else answered', trial(PUBLIC, { kind: 'refused', how: 'is HTTP' }), 'not-us'],
    ['public, where nobody said a word', trial(PUBLIC, { kind: 'silent' }), 'unreachable'],
    ['ours, and nothing listens there', trial(PUBLIC, refusedConnection, { isOurs: true }), 'unreachable'],
    ['somewhere else, perhaps behind NAT, and refused', trial(PUBLIC, refusedConnection), 'unknown'],
    ['private, of another network', trial('192.168.7.7', refusedConnection), 'private'],
  ])('that is %s is judged so', (_, tried, result) => {
    expect(judge(tried).result).toBe(result);
  });

  it('that is in order needs no words, and any other gets a sentence that names it', () => {
    expect(judge(trial(PUBLIC, accepted, { arrived: true })).text).toBeUndefined();
    const named = { told: { host: 'proxy.example.org', port: 7777 } };
    expect(judge(trial('10.0.0.5', accepted, { arrived: true, ...named })).text).toBe(
      'Clients are told proxy.example.org:7777, that is 10.0.0.5, a private address that only works inside its own network; ' +
        'set streamhosts to an address that your users can reach.',
    );
    expect(judge(trial(PUBLIC, refusedConnection)).text).toMatch(/ECONNREFUSED.*hairpin/);
    expect(judge(trial(PUBLIC, { kind: 'refused', how: 'does not speak SOCKS5' })).text).toContain(
      'something else answers, which does not speak SOCKS5',
    );
  });
});

describe('a name', () => {
  it('that does not resolve is wrong, one that cannot be resolved at present is unknown', () => {
    const told = { host: 'proxy.example.org', port: 7777 };
    expect(judgeName(told, 'ENOTFOUND').result).toBe('unresolvable');
    expect(judgeName(told, 'EAI_AGAIN').result).toBe('unknown');
  });
});

describe('several findings', () => {
  it('are as bad as the worst of them', () => {
    const of = (...results: SelfCheckResult[]) => worst(results.map((result) => ({ result })));
    expect(of()).toBe('ok');
    expect(of('ok', 'unknown')).toBe('unknown');
    expect(of('loopback', 'not-us', 'private')).toBe('not-us');
  });
});
