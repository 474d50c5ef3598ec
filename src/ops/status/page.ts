// The status page: what goes on, for a person without other software. A value in, HTML out.

import type { LimitReading } from '../../rendezvous/ports.ts';
import type { Check } from '../readiness.ts';
import { MINUTES, type Minute } from './history.ts';
import { type Html, html } from './html.ts';
import { plot } from './plot.ts';
import { inBytes, inTime } from './quantities.ts';

const MOST_CHARACTERS = 100;

/** A running stream as it is shown; JIDs and addresses may be masked already. */
export interface StreamRow {
  readonly requester: string;
  readonly target: string;
  readonly className: string;
  readonly bytes: number;
  readonly bytesPerSecond: number;
  readonly ageMs: number;
}

export interface Snapshot {
  readonly domain: string;
  readonly version: string;
  readonly engine: string;
  readonly uptimeMs: number;
  readonly checks: readonly Check[];
  readonly waiting: number;
  readonly relayed: number;
  /** All that run, and the first of them as rows. */
  readonly streams: { readonly count: number; readonly rows: readonly StreamRow[] };
  readonly bytesPerSecond: number;
  readonly minutes: readonly Minute[];
  readonly refusals: readonly (readonly [reason: string, count: number])[];
  readonly limits: readonly LimitReading[];
}

export function renderPage(snapshot: Snapshot): string {
  const { domain } = snapshot;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${domain}: ${snapshot.streams.count} streams, ${inBytes(snapshot.bytesPerSecond)}/s</title>
<link rel="stylesheet" href="/status.css">
<noscript><meta http-equiv="refresh" content="10"></noscript>
<script src="/status.js" defer></script>
</head>
<body>
<h1>${domain} <small>streamhost ${snapshot.version}</small></h1>
<main>
${state(snapshot)}
${figures(snapshot)}
${lastHour(snapshot)}
${streams(snapshot)}
${limits(snapshot)}
${refusals(snapshot)}
</main>
<footer><a href="/metrics">metrics</a> · <a href="/readyz?verbose">readiness</a> · <a href="/healthz">health</a></footer>
</body>
</html>
`.toString();
}

function state({ checks, engine }: Snapshot): Html {
  const items = checks.map(
    ({ name, ok, detail }) => html`<li class="${ok ? 'ok' : 'bad'}">${name}: ${detail}</li>`,
  );
  return html`<ul>
${items}
<li class="ok">relay engine: ${engine}</li>
</ul>`;
}

function figures({ streams, waiting, bytesPerSecond, relayed, uptimeMs }: Snapshot): Html {
  return html`<dl class="figures">
<div><dt>streams now</dt><dd>${streams.count}</dd></div>
<div><dt>connections waiting</dt><dd>${waiting}</dd></div>
<div><dt>throughput now</dt><dd>${inBytes(bytesPerSecond)}/s</dd></div>
<div><dt>relayed since the start</dt><dd>${inBytes(relayed)}</dd></div>
<div><dt>running for</dt><dd>${inTime(uptimeMs)}</dd></div>
</dl>`;
}

function lastHour({ minutes }: Snapshot): Html {
  const columns = MINUTES + 1;
  const count = (value: number) => String(value);
  return html`<h2>The last hour</h2>
<div class="plots">
${plot({ title: 'Bytes relayed', values: minutes.map(({ bytes }) => bytes), columns, tell: inBytes })}
${plot({ title: 'Streams', values: minutes.map(({ streams }) => streams), columns, tell: count })}
${plot({ title: 'Refusals', values: minutes.map(({ refusals }) => refusals), columns, tell: count })}
</div>`;
}

function streams({ streams: { count, rows } }: Snapshot): Html {
  if (rows.length === 0) return html`<h2>Streams now</h2><p>None.</p>`;
  const shown = rows.map(
    (
      row,
    ) => html`<tr><td class="jid">${inShort(row.requester)}</td><td class="jid">${inShort(row.target)}</td><td>${row.className}</td>
<td class="number">${inBytes(row.bytes)}</td><td class="number">${inBytes(row.bytesPerSecond)}/s</td><td class="number">${inTime(row.ageMs)}</td></tr>`,
  );
  const more = count - rows.length;
  return html`<h2>Streams now</h2>
<div class="scroll"><table>
<thead><tr><th>requester</th><th>target</th><th>class</th><th class="number">bytes</th><th class="number">rate</th><th class="number">for</th></tr></thead>
<tbody>${shown}</tbody>
</table></div>
${more > 0 ? html`<p>And ${more} more.</p>` : html``}`;
}

/** A resource may have a thousand characters, and nobody is to push the others off the page. */
function inShort(jid: string): string {
  return jid.length > MOST_CHARACTERS ? `${jid.slice(0, MOST_CHARACTERS)}…` : jid;
}

/** By their keys in the configuration; of those for each address, user or domain whoever has most. */
function limits(snapshot: Snapshot): Html {
  const rows = snapshot.limits.map(({ name, limit, used = 0 }) => {
    const meter = Number.isFinite(limit)
      ? html`<meter min="0" max="${limit}" high="${limit * 0.8}" value="${Math.min(used, limit)}"></meter>`
      : html``;
    const share = Number.isFinite(limit) ? `${used} of ${limit}` : `${used}, no limit`;
    return html`<tr><th scope="row">${name}</th><td>${meter}</td><td class="number">${share}</td></tr>`;
  });
  return html`<h2>Limits</h2>
<div class="scroll"><table><tbody>
${rows}
</tbody></table></div>`;
}

function refusals(snapshot: Snapshot): Html {
  if (snapshot.refusals.length === 0) return html`<h2>Refusals since the start</h2><p>None.</p>`;
  const rows = snapshot.refusals.map(
    ([reason, count]) => html`<tr><th scope="row">${reason}</th><td class="number">${count}</td></tr>`,
  );
  return html`<h2>Refusals since the start</h2>
<div class="scroll"><table><tbody>
${rows}
</tbody></table></div>`;
}
