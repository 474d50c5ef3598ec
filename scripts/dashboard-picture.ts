// Draws docs/pictures/dashboard.svg: the dashboard's plots of a daemon that had traffic for some minutes, watched by Prometheus.

import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WatchedDaemon } from '../test/support/interop/watched-daemon.ts';
import { concrete, type Query } from './dashboard/panel.ts';
import { panels } from './dashboard/panels.ts';
import { drawPicture, type Line } from './dashboard/picture.ts';

const STEP_SECONDS = 2;
const FILE = fileURLToPath(new URL('../docs/pictures/dashboard.svg', import.meta.url));

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes}: expected a number above 0`);

const watched = await WatchedDaemon.start();
await pause(minutes * 60_000);
const end = Date.now() / 1000;
const plots = [];
for (const panel of panels.filter(({ now }) => !now)) {
  const lines = [];
  for (const query of panel.queries) lines.push(...(await linesOf(query)));
  plots.push({ panel, lines });
}
await watched.stop();
writeFileSync(
  FILE,
  drawPicture(plots, `${minutes} minutes of traffic made up for this picture, scraped once a second`),
);

/** What a query gave in these minutes, a line for each series. */
async function linesOf({ expr, legend }: Query): Promise<Line[]> {
  const range = { start: end - minutes * 60, end, step: STEP_SECONDS };
  const series = await watched.prometheus.range(concrete(expr, '15s'), range);
  return series.map(({ labels, values }) => ({
    legend: legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? ''),
    values,
  }));
}
