// The dashboard's plots as one SVG, drawn from what Prometheus has: for a page where there is no Grafana.

import type { Panel } from './panel.ts';

/** The values of one line, a number or nothing for each point in time, all at the same distance. */
export interface Line {
  readonly legend: string;
  readonly values: readonly (number | undefined)[];
}

export interface Plot {
  readonly panel: Panel;
  readonly lines: readonly Line[];
}

const COLUMNS = 3;
const CELL = { width: 300, height: 190 };
const GRAPH = { left: 52, top: 26, width: 238, height: 110 };
const MOST_LEGENDS = 4;
const COLOURS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f'];

/** @param span what the horizontal axis covers, in words */
export function drawPicture(plots: readonly Plot[], span: string): string {
  const rows = Math.ceil(plots.length / COLUMNS);
  const [width, height] = [COLUMNS * CELL.width, rows * CELL.height + 24];
  const cells = plots.map((plot, index) => {
    const [x, y] = [(index % COLUMNS) * CELL.width, Math.floor(index / COLUMNS) * CELL.height];
    return `<g transform="translate(${x} ${y})">${drawPlot(plot)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="9">`,
    '<title>The panels of the dashboard</title>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...cells,
    `<text x="${width / 2}" y="${height - 8}" text-anchor="middle" fill="#555">${escapeXml(span)}</text>`,
    '</svg>\n',
  ].join('\n');
}

function drawPlot({ panel, lines }: Plot): string {
  const drawn = lines.filter(({ values }) => values.some((value) => value !== undefined && value > 0));
  const shown = panel.stacked ? stack(drawn) : drawn;
  const top = niceTop(Math.max(0, ...shown.flatMap(({ values }) => values.map((value) => value ?? 0))));
  const { left, top: above, width, height } = GRAPH;
  const grid = [0, 0.5, 1].map((share) => {
    const y = above + height * (1 - share);
    const label = `<text x="${left - 4}" y="${y + 3}" text-anchor="end" fill="#555">${format(top * share, panel.unit)}</text>`;
    return `<path d="M${left} ${y}h${width}" stroke="#ddd"/>${label}`;
  });
  const paths = shown.map(({ values }, index) => drawLine(values, top, colour(index))).reverse();
  const legends = drawn.slice(0, MOST_LEGENDS).map(({ legend }, index) => drawLegend(legend, index));
  const rest = drawn.length > MOST_LEGENDS ? `, and ${drawn.length - MOST_LEGENDS} more` : '';
  const title = `<text x="8" y="14" font-size="11" font-weight="bold" fill="#222">${escapeXml(panel.title + rest)}</text>`;
  const nothing =
    drawn.length > 0 ? '' : `<text x="${left + 8}" y="${above + 16}" fill="#555">0 all the time</text>`;
  return [title, ...grid, ...paths, ...legends, nothing].join('');
}

function drawLine(values: Line['values'], top: number, stroke: string): string {
  const { left, top: above, width, height } = GRAPH;
  const step = width / Math.max(1, values.length - 1);
  let pen = 'M';
  const path = values.map((value, index) => {
    if (value === undefined) {
      pen = 'M';
      return '';
    }
    const point = `${pen}${(left + index * step).toFixed(1)} ${(above + height * (1 - value / top)).toFixed(1)}`;
    pen = 'L';
    return point;
  });
  return `<path d="${path.join('')}" fill="none" stroke="${stroke}" stroke-width="1.2"/>`;
}

/** Two to a line, under the graph. */
function drawLegend(legend: string, index: number): string {
  const x = GRAPH.left + (index % 2) * (GRAPH.width / 2);
  const y = GRAPH.top + GRAPH.height + 14 + Math.floor(index / 2) * 13;
  return `<rect x="${x}" y="${y - 6}" width="8" height="3" fill="${colour(index)}"/><text x="${x + 11}" y="${y}" fill="#333">${escapeXml(legend)}</text>`;
}

/** Each line on top of those before it. */
function stack(lines: readonly Line[]): Line[] {
  let below: readonly number[] = [];
  return lines.map(({ legend, values }) => {
    const sums = values.map((value, index) => (below[index] ?? 0) + (value ?? 0));
    below = sums;
    return { legend, values: sums };
  });
}

/** 1, 2 or 5 times a power of ten, not below the value. */
function niceTop(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power;
}

function format(value: number, unit: Panel['unit']): string {
  switch (unit) {
    case 'Bps':
      return `${scaled(value)}B/s`;
    case 'bytes':
      return `${scaled(value)}B`;
    case 's':
      return value < 1 ? `${round(value * 1000)} ms` : `${round(value)} s`;
    case 'percentunit':
      return `${round(value * 100)} %`;
    case 'opm':
      return `${round(value)}/min`;
    default:
      return round(value);
  }
}

function scaled(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${round(value / 1000 ** power)} ${units[power]}`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(2)));
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? '#000';
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
