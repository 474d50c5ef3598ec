// The status page as HTML: every number is there without a script, and nothing that comes from outside is HTML.

import { expect, it } from 'vitest';
import { renderPage, type Snapshot } from '../../../../src/ops/status/page.ts';

const quiet: Snapshot = {
  domain: 'proxy.example.org',
  version: '1.2.3',
  engine: 'splice',
  uptimeMs: 3_723_000,
  checks: [{ name: 'xmpp', ok: true, detail: 'joined xmpp://h:1 as proxy.example.org' }],
  waiting: 0,
  relayed: 0,
  streams: { count: 0, rows: [] },
  bytesPerSecond: 0,
  minutes: [{ bytes: 0, refusals: 0, streams: 0 }],
  refusals: [],
  limits: [{ name: 'streams', used: 0, limit: 4096 }],
};

const busy: Snapshot = {
  ...quiet,
  checks: [{ name: 'xmpp', ok: false, detail: 'not joined to the XMPP server: wrong secret' }],
  waiting: 7,
  relayed: 5 * 1024 ** 4,
  streams: {
    count: 102,
    rows: [
      {
        requester: 'romeo@example.org/<script>alert(1)</script>',
        target: 'juliet@example.net/"balcony"',
        className: 'staff',
        bytes: 3 * 1024 ** 2,
        bytesPerSecond: 1536,
        ageMs: 90_000,
      },
    ],
  },
  bytesPerSecond: 1536,
  minutes: Array.from({ length: 61 }, (_, index) => ({
    bytes: index * 1024,
    refusals: index % 2,
    streams: 1,
  })),
  refusals: [
    ['forbidden', 12],
    ['taken', 3],
  ],
};

it('says in words that all is quiet', () => {
  const page = renderPage(quiet);
  expect(page).toContain('<li class="ok">xmpp: joined xmpp://h:1 as proxy.example.org</li>');
  expect(page).toContain('<dt>running for</dt><dd>1 h 2 min</dd>');
  expect(page).toContain('0 of 4096');
  expect(page.match(/None\./g)).toHaveLength(2);
});

it('shows what goes on: state, figures, streams, refusals and limits', () => {
  const page = renderPage(busy);
  for (const part of [
    '<li class="bad">xmpp: not joined to the XMPP server: wrong secret</li>',
    '<dt>connections waiting</dt><dd>7</dd>',
    '<dt>relayed since the start</dt><dd>5.0 TiB</dd>',
    '<td class="number">1.5 KiB/s</td><td class="number">1 min 30 s</td>',
    'And 101 more.',
    '<th scope="row">forbidden</th><td class="number">12</td>',
  ]) {
    expect(page).toContain(part);
  }
});

it('escapes whatever a stranger may have chosen', () => {
  const page = renderPage(busy);
  expect(page).not.toContain('<script>alert');
  expect(page).toContain('romeo@example.org/&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).toContain('juliet@example.net/&quot;balcony&quot;');
});

it('shows a mark for characters that would turn the text around or hide in it', () => {
  const [first, ...rest] = busy.streams.rows;
  if (first === undefined) throw new Error('no row');
  const target = 'juliet@example.net/a\u202egpj.exe\u2066\u200b\u2028';
  const page = renderPage({ ...busy, streams: { count: 1, rows: [{ ...first, target }, ...rest] } });
  expect(page).toContain('juliet@example.net/a\ufffdgpj.exe\ufffd\ufffd\ufffd');
});

it('cuts a JID that nobody would read to its end', () => {
  const [row] = busy.streams.rows;
  if (row === undefined) throw new Error('no row');
  const requester = `romeo@example.org/${'x'.repeat(1000)}`;
  const page = renderPage({ ...busy, streams: { count: 1, rows: [{ ...row, requester }] } });
  expect(page).toMatch(/<td class="jid">romeo@example\.org\/x{82}…<\/td>/);
});

it('draws the last hour as columns, the highest as high as the plot, each with its value', () => {
  const page = renderPage(busy);
  expect(page.match(/<rect /g)).toHaveLength(3 * 61);
  expect(page).toContain(
    '<rect x="480" y="0" width="6" height="80"><title>60.0 KiB, this minute</title></rect>',
  );
  expect(page).toContain('aria-label="Bytes relayed: at most 60.0 KiB in a minute of the last 60"');
});

it('needs nothing from anywhere else', () => {
  const links = [...renderPage(busy).matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link]) => link);
  expect(links.length).toBeGreaterThan(3);
  for (const link of links) expect(link).toMatch(/^\/[^/]/);
});
