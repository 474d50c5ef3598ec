// The picture of table 2: throughput and CPU time over the number of streams at once.

import { direct } from '../contenders/direct.ts';
import { haproxy, spliceLoop, tunedHaproxy } from '../contenders/forwarders.ts';
import { engineTitles } from '../contenders/ours.ts';
import { ejabberdProxy, prosodyProxy } from '../contenders/server-proxies.ts';
import type { BulkSample, BulkSamples } from '../measures/bulk.ts';
import { median } from '../statistics.ts';
import { drawPanel, type Panel, type Series } from './chart.ts';

const WIDTH = 1120;
const HEIGHT = 420;
const PANEL = { y: 56, width: 320, height: 290 };

/** Distinct for people who see few colours, too: ours are strong, the limit is dashed. */
const looks: Readonly<Record<string, Pick<Series, 'name' | 'colour' | 'strong' | 'dashed'>>> = {
  [engineTitles.splice]: { name: 'streamhost, splice', colour: '#0b6e4f', strong: true, dashed: false },
  [engineTitles.stream]: { name: 'streamhost, portable', colour: '#2f9bd6', strong: true, dashed: false },
  [prosodyProxy.title]: { name: 'Prosody', colour: '#a3443b', strong: false, dashed: false },
  [ejabberdProxy.title]: { name: 'ejabberd', colour: '#d98324', strong: false, dashed: false },
  [haproxy.title]: { name: 'HAProxy, splice-auto', colour: '#7a5ea8', strong: false, dashed: false },
  [tunedHaproxy.title]: { name: 'HAProxy, always splice', colour: '#b79fd9', strong: false, dashed: false },
  [spliceLoop.title]: { name: 'C splice loop', colour: '#555555', strong: false, dashed: true },
};

export function drawStreams(samples: BulkSamples): string {
  const panels = [
    panelOf(samples, 'Throughput, MB/s (more is better)', false, (it) => it.megabytesASecond),
    panelOf(samples, 'Relay CPU, seconds a GB (less is better)', true, (it) => it.cpuPerGigabyte),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    '<title>Throughput and relay CPU time over the number of streams at once</title>',
    '<style>text{font:13px system-ui,sans-serif}.title{font-size:15px;font-weight:bold}.grid{stroke:#ddd}</style>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...panels.map((panel, index) => drawPanel(panel, { x: 64 + index * (WIDTH / 2), ...PANEL })),
    '</svg>\n',
  ].join('\n');
}

function panelOf(
  samples: BulkSamples,
  title: string,
  logarithmic: boolean,
  pick: (sample: BulkSample) => number,
): Panel {
  const titles = new Set([...samples.values()].flatMap((byTitle) => [...byTitle.keys()]));
  titles.delete(direct.title);
  const series = [...titles].flatMap((contender) => {
    const look = looks[contender];
    const values = [...samples.values()].map((byTitle) => median((byTitle.get(contender) ?? []).map(pick)));
    return look === undefined ? [] : [{ ...look, values }];
  });
  return { title, logarithmic, categories: [...samples.keys()].map(String), axis: 'streams at once', series };
}
