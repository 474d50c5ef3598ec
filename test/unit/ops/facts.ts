// One fact of every kind, for the observers to be tested with.

import type { Fact, StreamSummary } from '../../../src/rendezvous/ports.ts';
import { sessionKey } from '../../../src/wire/session-key.ts';

export const KEY = sessionKey('a-secret-sid', 'alice@example.org/pda', 'bob@example.net/home');
const parties = { requester: 'alice@example.org/pda', target: 'bob@example.net/home' };

export const summary: StreamSummary = {
  key: KEY,
  ...parties,
  bytes: { firstToSecond: 1000, secondToFirst: 24 },
  durationMs: 1500.4,
  first: '192.0.2.1',
  second: '2001:db8::2',
  className: 'default',
  reason: 'finished',
};

/** By kind, so that a new kind cannot be forgotten. */
const byKind: { readonly [Kind in Fact['kind']]: Extract<Fact, { kind: Kind }> } = {
  listening: { kind: 'listening', host: '::', port: 7777 },
  'stopped-listening': { kind: 'stopped-listening', host: '::', port: 7777 },
  'accept-failed': { kind: 'accept-failed', host: '::', port: 7777, error: new Error('EMFILE') },
  handshake: { kind: 'handshake', result: 'accepted', remote: '192.0.2.1' },
  'waiting-ended': { kind: 'waiting-ended', key: KEY, remote: '192.0.2.1', why: 'expired' },
  'address-query': { kind: 'address-query', result: 'ok', requester: parties.requester },
  activation: { kind: 'activation', result: 'ok', ...parties },
  'stream-opened': { kind: 'stream-opened', key: KEY, ...parties, setupMs: 250 },
  'stream-closed': { kind: 'stream-closed', summary },
  'xmpp-online': {
    kind: 'xmpp-online',
    domain: 'proxy.example.org',
    service: 'xmpp://127.0.0.1:5347',
    reconnect: false,
  },
  'xmpp-offline': { kind: 'xmpp-offline', reason: 'the server closed the stream', retryInMs: 2500 },
  'xmpp-warning': { kind: 'xmpp-warning', message: 'a stanza without a sender was dropped' },
  'relay-worker-died': { kind: 'relay-worker-died', error: new Error('out of memory'), streams: 3 },
  'self-check': {
    kind: 'self-check',
    result: 'private',
    findings: ['Clients are told 10.0.0.1:7777, a private address.'],
    changed: true,
  },
  reloaded: { kind: 'reloaded', changed: ['log.level'], needRestart: [], listeners: 1, selfCheck: true },
  'reload-rejected': { kind: 'reload-rejected', reasons: ['streamhost.yaml:3: limits.streams: found 0'] },
  'audit-failed': { kind: 'audit-failed', file: '/var/log/audit', error: new Error('ENOSPC') },
  'audit-resumed': { kind: 'audit-resumed', file: '/var/log/audit', lost: 4 },
  'store-failed': { kind: 'store-failed', operation: 'write', error: new Error('ENOSPC') },
  'store-recovered': { kind: 'store-recovered', operation: 'write', failedForMs: 7000.5 },
  draining: { kind: 'draining', streams: 2, waiting: 1, graceMs: 30_000 },
  'drain-progress': { kind: 'drain-progress', streams: 1, waiting: 0, leftMs: 25_000 },
  stopped: { kind: 'stopped', unfinished: 0 },
};

export const facts: readonly Fact[] = Object.values(byKind);
