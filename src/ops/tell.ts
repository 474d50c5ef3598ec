// What the log says about each fact: a constant message, and fields. Never a sid, a payload or a secret. [S5B-P-89]

import type { Fact, StreamSummary } from '../rendezvous/ports.ts';
import { auditFields } from './audit.ts';
import type { Writer } from './mask.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Fields = Readonly<Record<string, unknown>>;

export interface Line {
  readonly level: Level;
  readonly message: string;
  readonly fields: Fields;
}

type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;

/** How facts are written. */
export interface Style {
  readonly write: Writer;
  /** The same for the line of a finished stream. */
  readonly writeAudit: Writer;
  /** Whether that line is the audit's, or only for whoever looks at everything. */
  readonly hasAudit: boolean;
}

export function tell(fact: Fact, style: Style): Line {
  const { write } = style;
  switch (fact.kind) {
    case 'listening':
      return line('info', 'accepting SOCKS5 connections', { host: fact.host, port: fact.port });
    case 'stopped-listening':
      return line('info', 'no longer accepting SOCKS5 connections', { host: fact.host, port: fact.port });
    case 'accept-failed':
      return line('warn', 'a connection could not be accepted', {
        host: fact.host,
        port: fact.port,
        err: fact.error,
      });
    case 'handshake':
      return tellHandshake(fact, write);
    case 'waiting-ended':
      return line(fact.why === 'expired' ? 'info' : 'debug', 'a waiting connection ended', {
        key: fact.key,
        remote: write.address(fact.remote),
        why: fact.why,
      });
    case 'address-query':
      return line(fact.result === 'ok' ? 'debug' : 'info', 'address query answered', {
        result: fact.result,
        requester: write.jid(fact.requester),
      });
    case 'activation':
      return tellActivation(fact, write);
    case 'stream-opened':
      return line('debug', 'stream opened', {
        key: fact.key,
        requester: write.jid(fact.requester),
        target: write.jid(fact.target),
        setupMs: Math.round(fact.setupMs),
      });
    case 'stream-closed':
      return tellStream(fact.summary, style);
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
    case 'self-check':
      return tellSelfCheck(fact);
    case 'reloaded':
      return tellReload(fact);
    case 'reload-rejected':
      return line('error', 'the new configuration is not valid, the old one stays', {
        reasons: fact.reasons,
      });
    case 'audit-failed':
      return line('error', 'the audit cannot be written', { file: fact.file, err: fact.error });
    case 'audit-resumed':
      return line('warn', 'the audit is written again', { file: fact.file, lost: fact.lost });
    case 'store-failed':
      return line('error', 'the quota store fails; counting goes on in memory', {
        operation: fact.operation,
        err: fact.error,
      });
    case 'store-recovered':
      return line('info', 'the quota store works again', {
        operation: fact.operation,
        failedForMs: Math.round(fact.failedForMs),
      });
    case 'draining':
      return line('info', 'stopping: running streams may finish', {
        streams: fact.streams,
        waiting: fact.waiting,
        graceMs: fact.graceMs,
      });
    case 'drain-progress':
      return line('info', 'still stopping', {
        streams: fact.streams,
        waiting: fact.waiting,
        secondsLeft: Math.ceil(fact.leftMs / 1000),
      });
    case 'stopped':
      return line('info', 'stopped', { unfinished: fact.unfinished });
  }
}

/** Port scans must not flood the log: what strangers do wrong is told at debug, and counted by the metrics. */
function tellHandshake(fact: FactOf<'handshake'>, write: Writer): Line {
  const { result, error } = fact;
  const remote = write.address(fact.remote);
  if (result === 'accepted') return line('debug', 'SOCKS5 handshake accepted', { remote });
  if (result === 'self-check') return line('debug', 'SOCKS5 handshake with ourselves', { remote });
  if (result === 'failed')
    return line('error', 'SOCKS5 handshake failed on our side', { remote, err: error });
  return line('debug', 'SOCKS5 handshake refused', { result, remote });
}

function tellActivation(fact: FactOf<'activation'>, write: Writer): Line {
  const level = fact.result === 'ok' ? 'debug' : fact.result === 'failed' ? 'error' : 'info';
  return line(level, 'activation answered', {
    result: fact.result,
    requester: write.jid(fact.requester),
    target: write.jid(fact.target),
    err: fact.error,
  });
}

/** The one line of a finished stream. */
function tellStream(summary: StreamSummary, { writeAudit, hasAudit }: Style): Line {
  const level = summary.reason === 'engine-failed' ? 'error' : hasAudit ? 'info' : 'debug';
  return line(level, 'stream finished', auditFields(summary, writeAudit));
}

/** What has been told before is told again only to whoever looks at everything. */
function tellSelfCheck({ result, findings, changed }: FactOf<'self-check'>): Line {
  const fields = { result, ...(findings.length > 0 && { findings }) };
  if (result === 'ok') return line(changed ? 'info' : 'debug', 'clients reach what they are told', fields);
  const level = !changed ? 'debug' : result === 'unknown' ? 'info' : 'warn';
  const message =
    result === 'unknown'
      ? 'whether clients reach what they are told cannot be seen from here'
      : 'clients may not reach what they are told';
  return line(level, message, fields);
}

function tellReload({ changed, needRestart }: FactOf<'reloaded'>): Line {
  if (needRestart.length === 0) return line('info', 'configuration reloaded', { changed });
  return line('warn', 'configuration reloaded, but for keys that need a restart', { changed, needRestart });
}

function line(level: Level, message: string, fields: Fields): Line {
  return { level, message, fields };
}
