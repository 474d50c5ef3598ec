// docs/OPERATIONS.md explains every reason that the log and the metrics can give, and no other.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  handshakeResults,
  requestResults,
  selfCheckResults,
  streamEndReasons,
  waitingEndReasons,
} from '../../../src/ops/labels.ts';
import { explainEnd } from '../../../src/xmpp/explain.ts';
import type { EndCause, Phase } from '../../../src/xmpp/stream-end.ts';

const text = readFileSync(new URL('../../../docs/OPERATIONS.md', import.meta.url), 'utf8');

/** The rows of the table that begins with this header, cell by cell. */
function rows(header: string): string[][] {
  const [, body = ''] = text.split(`\n| ${header} |`);
  const [table = ''] = body.split('\n\n');
  return table
    .split('\n')
    .slice(2)
    .filter((row) => row.startsWith('|'))
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));
}

function reasons(header: string): string[] {
  return rows(header).map(([first = '']) => first.replaceAll('`', ''));
}

describe('docs/OPERATIONS.md', () => {
  it.each([
    ['Handshake', handshakeResults],
    ['Request', requestResults],
    ['Stream', streamEndReasons],
    ['Waiting', waitingEndReasons],
    ['Self-check', selfCheckResults],
  ])('explains each reason of the table %s, and no other', (header, known) => {
    expect(reasons(`${header} | What it means | What to do`)).toEqual(known);
    for (const [, meaning] of rows(`${header} | What it means | What to do`)) expect(meaning).not.toBe('');
  });

  it('explains each reason for which the link is down, and no other', () => {
    expect([...reasons('Link | What to do')].sort()).toEqual([...new Set(linkReasons())].sort());
  });

  it('says what to do about each reason for which the link is down', () => {
    for (const [, advice] of rows('Link | What to do')) expect(advice).not.toBe('');
  });
});

/** What the link says of every end that it knows. */
function linkReasons(): string[] {
  const explain = (phase: Phase, cause: EndCause, firstBytes = '') =>
    explainEnd(
      { phase, cause, firstBytes: Buffer.from(firstBytes, 'latin1') },
      { service: 'SERVICE', domain: 'DOMAIN' },
    ).reason;
  const streamError = (condition: string, phase: Phase = 'authenticating') =>
    explain(phase, { kind: 'stream-error', condition, text: '' });
  const socketError = (code: string) =>
    explain('connecting', { kind: 'socket-error', error: Object.assign(new Error('WHAT'), { code }) });
  const badXml: EndCause = { kind: 'bad-xml', condition: 'not-well-formed', message: 'WHAT' };
  return [
    ...[
      'not-authorized',
      'conflict',
      'host-unknown',
      'invalid-namespace',
      'system-shutdown',
      'CONDITION',
    ].map((condition) => streamError(condition)),
    streamError('conflict', 'online'),
    explain('opening', { kind: 'wrong-namespace', namespace: 'NAMESPACE' }),
    explain('opening', { kind: 'no-stream' }),
    explain('opening', badXml, '\u0015\u0003'),
    explain('online', badXml),
    ...(['connecting', 'opening', 'authenticating'] as const).map((phase) =>
      explain(phase, { kind: 'silent' }),
    ),
    ...(['opening', 'authenticating', 'online'] as const).map((phase) => explain(phase, { kind: 'closed' })),
    explain('online', { kind: 'dead' }),
    explain('online', { kind: 'stopped' }),
    ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ECONNRESET', 'EPROTO'].map(
      socketError,
    ),
    ...['ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED', 'SELF_SIGNED_CERT_IN_CHAIN', 'EOTHER'].map(
      socketError,
    ),
  ];
}
