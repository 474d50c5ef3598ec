// What the log says about each fact: a constant message, and fields. Never a sid, a payload or a secret. [S5B-P-89]

import type { Fact, StreamSummary } from '../rendezvous/ports.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Fields = Readonly<Record<string, unknown>>;

export interface Line {
  readonly level: Level;
  readonly message: string;
  readonly fields: Fields;
}

type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;

/** @param writeJid how a user's JID is written */
export function tell(fact: Fact, writeJid: (jid: string) => string): Line {
  switch (fact.kind) {
    case 'listening':
      return line('info', 'accepting SOCKS5 connections', { host: fact.host, port: fact.port });
    case 'accept-failed':
      return line('warn', 'a connection could not be accepted', {
        host: fact.host,
        port: fact.port,
        err: fact.error,
      });
    case 'handshake':
      return tellHandshake(fact);
    case 'waiting-ended':
      return line(fact.why === 'expired' ? 'info' : 'debug', 'a waiting connection ended', {
        key: fact.key,
        remote: fact.remote,
        why: fact.why,
      });
    case 'address-query':
      return line(fact.result === 'ok' ? 'debug' : 'info', 'address query answered', {
        result: fact.result,
        requester: writeJid(fact.requester),
      });
    case 'activation':
      return tellActivation(fact, writeJid);
    case 'stream-opened':
      return line('debug', 'stream opened', {
        key: fact.key,
        requester: writeJid(fact.requester),
        target: writeJid(fact.target),
      });
    case 'stream-closed':
      return tellStream(fact.summary, writeJid);
    case 'xmpp-online':
      return line('info', 'joined the XMPP server', {
        domain: fact.domain,
        service: fact.service,
        reconnect: fact.reconnect,
      });
    case 'xmpp-offline':
      if (fact.deliberate) return line('info', 'left the XMPP server', { reason: fact.reason });
      return line('warn', 'not joined to the XMPP server', {
        reason: fact.reason,
        advice: fact.advice,
        retryInMs: fact.retryInMs,
      });
    case 'xmpp-warning':
      return line('warn', 'trouble on the XMPP link', { detail: fact.message, err: fact.error });
    case 'relay-worker-died':
      return line('error', 'a relay thread died and is replaced', { streams: fact.streams, err: fact.error });
    case 'draining':
      return line('info', 'stopping: running streams may finish', {
        streams: fact.streams,
        graceMs: fact.graceMs,
      });
    case 'stopped':
      return line('info', 'stopped', { unfinished: fact.unfinished });
  }
}

/** Port scans must not flood the log: what strangers do wrong is told at debug, and counted by the metrics. */
function tellHandshake({ result, remote, error }: FactOf<'handshake'>): Line {
  if (result === 'accepted') return line('debug', 'SOCKS5 handshake accepted', { remote });
  if (result === 'failed')
    return line('error', 'SOCKS5 handshake failed on our side', { remote, err: error });
  return line('debug', 'SOCKS5 handshake refused', { result, remote });
}

function tellActivation(fact: FactOf<'activation'>, writeJid: (jid: string) => string): Line {
  const level = fact.result === 'ok' ? 'debug' : fact.result === 'failed' ? 'error' : 'info';
  return line(level, 'activation answered', {
    result: fact.result,
    requester: writeJid(fact.requester),
    target: writeJid(fact.target),
    err: fact.error,
  });
}

/** The one line of a finished stream. */
function tellStream(summary: StreamSummary, writeJid: (jid: string) => string): Line {
  return line(summary.reason === 'engine-failed' ? 'error' : 'info', 'stream finished', {
    key: summary.key,
    requester: writeJid(summary.requester),
    target: writeJid(summary.target),
    bytesFirstToSecond: summary.bytes.firstToSecond,
    bytesSecondToFirst: summary.bytes.secondToFirst,
    durationMs: Math.round(summary.durationMs),
    reason: summary.reason,
    class: summary.className,
    first: summary.first,
    second: summary.second,
  });
}

function line(level: Level, message: string, fields: Fields): Line {
  return { level, message, fields };
}
