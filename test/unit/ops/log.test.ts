// What the log says, and what it never says.

import { describe, expect, it } from 'vitest';
import type { AuditOptions } from '../../../src/ops/audit.ts';
import { createLog, type LogOptions } from '../../../src/ops/log.ts';
import type { HandshakeResult } from '../../../src/rendezvous/ports.ts';
import { facts, KEY, summary } from './facts.ts';

const OPTIONS: LogOptions = { level: 'debug', format: 'json', jids: 'full', addresses: 'full' };
const AUDIT: AuditOptions = { enabled: true, mask: { jids: false, addresses: false } };

/** A log and the lines that it has written. */
function openLog(options: Partial<LogOptions> = {}, audit: Partial<AuditOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const log = createLog({ ...OPTIONS, ...options }, { ...AUDIT, ...audit }, destination);
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}');
  return { log, lines, last };
}

describe('the log', () => {
  it.each(facts)('tells $kind in one line, under the name of the fact', (fact) => {
    const { log, lines, last } = openLog();
    log.observe(fact);
    expect(lines).toHaveLength(1);
    expect(last()).toMatchObject({ event: fact.kind, level: expect.any(String), msg: expect.any(String) });
  });

  it('tells a finished stream with both JIDs, bytes each way, duration and reason', () => {
    const { log, last } = openLog({ level: 'info' });
    log.observe({ kind: 'stream-closed', summary });
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      event: 'stream-closed',
      msg: 'stream finished',
      key: KEY,
      requester: 'alice@example.org/pda',
      target: 'bob@example.net/home',
      bytesFirstToSecond: 1000,
      bytesSecondToFirst: 24,
      durationMs: 1500,
      bytesPerSecond: 682,
      class: 'default',
      reason: 'finished',
      first: '192.0.2.1',
      second: '2001:db8::2',
    });
  });

  it('has constant messages: what varies is in the fields', () => {
    const { log, lines } = openLog();
    log.observe({ kind: 'stream-closed', summary });
    log.observe({ kind: 'stream-closed', summary: { ...summary, durationMs: 7, reason: 'reset' } });
    const messages = lines.map((line): unknown => JSON.parse(line).msg);
    expect(new Set(messages).size).toBe(1);
  });

  const noise: HandshakeResult[] = [
    'not-socks5',
    'not-a-session-key',
    'timed-out',
    'aborted',
    'over-limit',
    'taken',
  ];
  it.each(noise)('tells the scan noise %s at debug only [S5B-P-89]', (result) => {
    const { log, lines, last } = openLog({ level: 'debug' });
    log.observe({ kind: 'handshake', result, remote: '192.0.2.66' });
    expect(last()).toMatchObject({ level: 'debug', result, remote: '192.0.2.66' });
    const quiet = openLog({ level: 'info' });
    quiet.log.observe({ kind: 'handshake', result, remote: '192.0.2.66' });
    expect(lines).toHaveLength(1);
    expect(quiet.lines).toHaveLength(0);
  });

  it('tells a handshake that failed on our side as an error', () => {
    const { log, last } = openLog({ level: 'error' });
    log.observe({ kind: 'handshake', result: 'failed', remote: '192.0.2.1', error: new TypeError('oops') });
    expect(last()).toMatchObject({ level: 'error', err: { type: 'TypeError', message: 'oops' } });
  });

  it('shows of an error only what describes it, not what it carries [COMP-26]', () => {
    const { log, lines } = openLog();
    const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', secret: 'hunter2' });
    log.observe({ kind: 'xmpp-warning', message: 'trouble', error });
    expect(lines[0]).toContain('ECONNREFUSED');
    expect(lines[0]).not.toContain('hunter2');
  });

  it('never carries a sid [S5B-P-89]', () => {
    const { log, lines } = openLog();
    for (const fact of facts) log.observe(fact);
    expect(lines.join('')).not.toContain('a-secret-sid');
  });

  it('writes lines to read when asked to', () => {
    const { log, lines } = openLog({ format: 'pretty' });
    log.observe({ kind: 'stream-closed', summary });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/INFO.*: stream finished \{.*"reason":"finished".*\}\n$/);
  });

  it('takes words of others with fields, at every level', () => {
    const { log, lines } = openLog({ level: 'warn' });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]('a word', { from: level });
    expect(lines.map((line): unknown => JSON.parse(line).from)).toEqual(['warn', 'error']);
  });

  it('writes nothing at the level silent', () => {
    const { log, lines } = openLog({ level: 'silent' });
    for (const fact of facts) log.observe(fact);
    expect(lines).toEqual([]);
  });

  it('waits until its destination has written everything', async () => {
    let written = false;
    const flush = (done: () => void) => {
      setImmediate(() => {
        written = true;
        done();
      });
    };
    await createLog(OPTIONS, AUDIT, { write: () => {}, flush }).flush();
    expect(written).toBe(true);
  });

  it('has nothing to wait for where the destination writes at once', async () => {
    await expect(openLog().log.flush()).resolves.toBeUndefined();
  });
});

describe('masked JIDs', () => {
  it('stand in no line, and lines of one user still belong together [S5B-P-89]', () => {
    const { log, lines } = openLog({ jids: 'masked' });
    for (const fact of facts) log.observe(fact);
    expect(lines.join('')).not.toMatch(/alice|bob|example\.net/);
    const requesters = lines.flatMap((line): unknown[] => JSON.parse(line).requester ?? []);
    expect(requesters).toHaveLength(4);
    expect(new Set(requesters).size).toBe(1);
  });

  it('may be the same after a restart [S5B-P-89]', () => {
    const requesters = ['a key', 'a key', 'another'].map((key) => {
      const { log, last } = openLog({ jids: 'masked' }, { key });
      log.observe({ kind: 'stream-closed', summary });
      return last().requester;
    });
    expect(requesters[1]).toBe(requesters[0]);
    expect(requesters[2]).not.toBe(requesters[0]);
  });
});

describe('masked addresses', () => {
  it('stand in no line [S5B-P-89]', () => {
    const { log, lines } = openLog({ addresses: 'masked' });
    for (const fact of facts) log.observe(fact);
    expect(lines.join('')).not.toMatch(/192\.0\.2\.1|2001:db8::2/);
    expect(lines.join('')).toContain('alice@example.org/pda');
  });
});

describe('finished streams', () => {
  it('are masked as the audit wants it, and other lines are not', () => {
    const { log, last } = openLog({}, { mask: { jids: true, addresses: true } });
    log.observe({ kind: 'stream-closed', summary });
    expect(last()).toMatchObject({
      requester: expect.stringMatching(/^jid:/),
      first: expect.stringMatching(/^ip:/),
    });
    log.observe({ kind: 'activation', result: 'unknown', requester: 'a@b/c', target: 'd@e/f' });
    expect(last()).toMatchObject({ requester: 'a@b/c' });
  });

  it.each([{ enabled: false }, { file: '/var/log/audit' }])(
    'with the audit %o are told at debug',
    (audit) => {
      const { log, lines } = openLog({ level: 'info' }, audit);
      log.observe({ kind: 'stream-closed', summary });
      expect(lines).toEqual([]);
      log.observe({ kind: 'stream-closed', summary: { ...summary, reason: 'engine-failed' } });
      expect(lines).toHaveLength(1);
    },
  );
});

describe('settings that change', () => {
  it('have their effect on the next line', () => {
    const { log, lines, last } = openLog({ level: 'error' });
    log.configure({ ...OPTIONS, level: 'info', jids: 'masked' }, AUDIT);
    log.observe({ kind: 'stream-closed', summary });
    expect(last()).toMatchObject({ level: 'info', requester: expect.stringMatching(/^jid:/) });
    log.configure({ ...OPTIONS, level: 'silent' }, AUDIT);
    log.error('nobody hears this');
    expect(lines).toHaveLength(1);
  });
});

describe('what the self-check found', () => {
  const finding = { kind: 'self-check', result: 'unreachable', findings: ['…'], changed: true } as const;

  it.each([
    ['warn', finding],
    ['debug', { ...finding, changed: false }],
    ['info', { ...finding, result: 'unknown' }],
    ['info', { ...finding, result: 'ok', findings: [] }],
    ['debug', { ...finding, result: 'ok', findings: [], changed: false }],
  ] as const)('is told at %s when it is %o', (level, fact) => {
    const { log, last } = openLog();
    log.observe(fact);
    expect(last()).toMatchObject({ level, result: fact.result });
  });
});

describe('a reload', () => {
  it('that leaves keys for a restart is a warning which names them', () => {
    const { log, last } = openLog();
    log.observe({
      kind: 'reloaded',
      changed: ['http.port'],
      needRestart: ['http.port'],
      listeners: 1,
      selfCheck: true,
    });
    expect(last()).toMatchObject({ level: 'warn', needRestart: ['http.port'] });
  });
});
