// What is told of transfers: to programs, to logs, to a terminal.

import { WriteStream } from 'node:tty';
import { describe, expect, it } from 'vitest';
import { createJsonReporter } from '../../../../src/cli/transfers/json-reporter.ts';
import { createPlainReporter } from '../../../../src/cli/transfers/plain-reporter.ts';
import type { Outcome, Reporter } from '../../../../src/cli/transfers/reporter.ts';
import { createTerminalReporter } from '../../../../src/cli/transfers/terminal-reporter.ts';
import { DeclinedError } from '../../../../src/client/errors.ts';

const subject = { peer: 'bob@example.org/x', file: 'a\u001b[2J.bin', size: 2048 };
const outcome: Outcome = {
  method: 's5b-proxy',
  host: '192.0.2.1',
  port: 7777,
  sha256: 'abc',
  seconds: 1.25,
  offset: 0,
};

/** Everything that can happen, once. */
function playAll(reporter: Reporter): void {
  reporter.ready('alice@example.org/desk');
  const good = reporter.begin(subject);
  for (const bytes of [1, 2, 1024, 2048]) good.progress(bytes);
  good.done(outcome);
  reporter.begin({ ...subject, file: 'b' }).failed(new DeclinedError('they said no'));
  reporter.close();
  reporter.close();
}

describe('for programs', () => {
  it('there is one JSON object a line, with the names that issue after issue relies on', () => {
    const lines: Record<string, unknown>[] = [];
    playAll(createJsonReporter((line) => lines.push(JSON.parse(line))));
    const { peer, file } = subject;
    expect(lines).toEqual([
      { event: 'ready', jid: 'alice@example.org/desk', peer: 'alice@example.org/desk' },
      { event: 'offer', peer, file, bytes: 2048 },
      { event: 'progress', peer, file, bytes: 1, size: 2048 },
      { event: 'progress', peer, file, bytes: 2048, size: 2048 },
      {
        event: 'done',
        peer,
        file,
        bytes: 2048,
        method: 's5b-proxy',
        host: '192.0.2.1',
        port: 7777,
        sha256: 'abc',
        seconds: 1.25,
        offset: 0,
      },
      { event: 'offer', peer, file: 'b', bytes: 2048 },
      { event: 'failed', peer, file: 'b', bytes: 2048, error: 'they said no', code: 'declined' },
    ]);
  });
});

describe('for logs', () => {
  it('there are plain lines, with nothing in them that a terminal would obey', () => {
    const lines: string[] = [];
    playAll(createPlainReporter((line) => lines.push(line)));
    expect(lines).toEqual([
      'ready alice@example.org/desk',
      'offer a\ufffd[2J.bin (2.0 KiB) bob@example.org/x',
      'progress a\ufffd[2J.bin 50 %',
      'progress a\ufffd[2J.bin 100 %',
      'done a\ufffd[2J.bin (2.0 KiB) by s5b-proxy (192.0.2.1:7777) in 1.3 s, sha256 abc',
      'offer b (2.0 KiB) bob@example.org/x',
      'failed b bob@example.org/x: they said no (declined)',
    ]);
  });
});

describe('for a terminal', () => {
  it('there is a bar with rate and time left, and a line when it is over', () => {
    const written: string[] = [];
    const output: WriteStream = Object.assign(Object.create(WriteStream.prototype), {
      isTTY: true,
      columns: 200,
      rows: 40,
      write: (text: string) => written.push(text) > 0,
    });
    playAll(createTerminalReporter(output));
    const text = written.join('');
    expect(text).toMatch(/^ready alice@example\.org\/desk\n/);
    expect(text).toMatch(/░.*0 %.*waiting/);
    expect(text).toMatch(/by s5b-proxy \(192\.0\.2\.1:7777\)/);
    expect(text).toContain('they said no (declined)');
    expect(text).not.toContain('\u001b[2J.bin');
  });
});
