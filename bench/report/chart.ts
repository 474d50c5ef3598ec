// Line charts as SVG, written by hand: a panel with a logarithmic or linear axis, a line a series, its name at its end.

export interface Series {
  readonly name: string;
  /** As CSS knows it. */
  readonly colour: string;
  readonly dashed: boolean;
  readonly strong: boolean;
  /** One for each of the chart's categories; NaN leaves a gap. */
  readonly values: readonly number[];
}

export interface Panel {
  readonly title: string;
  readonly logarithmic: boolean;
  readonly categories: readonly string[];
  readonly axis: string;
  readonly series: readonly Series[];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Scale {
  readonly ticks: readonly number[];
  /** 0 at the bottom, 1 at the top. */
  at(value: number): number;
}

const LABEL_HEIGHT = 15;

/** Draws a panel into a box; names stand to the right of it, axis and categories to the left and below. */
export function drawPanel(panel: Panel, box: Box): string {
  const values = panel.series.flatMap((series) => series.values).filter(Number.isFinite);
  const scale = panel.logarithmic ? logarithmicScale(values) : linearScale(values);
  const x = (index: number) => box.x + (box.width * (index + 0.5)) / panel.categories.length;
  const y = (value: number) => box.y + box.height * (1 - scale.at(value));
  return [
    text(box.x, box.y - 16, panel.title, 'class="title"'),
    ...scale.ticks.flatMap((tick) => [
      `<line class="grid" x1="${box.x}" x2="${box.x + box.width}" y1="${round(y(tick))}" y2="${round(y(tick))}"/>`,
      text(box.x - 8, y(tick) + 4, tick.toLocaleString('en'), 'text-anchor="end"'),
    ]),
    ...panel.categories.map((name, index) =>
      text(x(index), box.y + box.height + 20, name, 'text-anchor="middle"'),
    ),
    text(box.x + box.width / 2, box.y + box.height + 40, panel.axis, 'text-anchor="middle"'),
    ...panel.series.map((series) => drawLine(series, x, y)),
    ...drawNames(panel.series, box.x + box.width + 4, y),
  ].join('\n');
}

function drawLine(
  { values, colour, dashed, strong }: Series,
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  const points = values.flatMap((value, index) =>
    Number.isFinite(value) ? [{ x: round(x(index)), y: round(y(value)) }] : [],
  );
  const style = `stroke="${colour}" stroke-width="${strong ? 3 : 1.8}"${dashed ? ' stroke-dasharray="5 4"' : ''}`;
  const line = `<polyline fill="none" ${style} points="${points.map((it) => `${it.x},${it.y}`).join(' ')}"/>`;
  const dots = points.map(
    (it) => `<circle cx="${it.x}" cy="${it.y}" r="${strong ? 4 : 3}" fill="${colour}"/>`,
  );
  return [line, ...dots].join('');
}

/** From top to bottom, pushed apart where they would overlap. */
function drawNames(series: readonly Series[], x: number, y: (value: number) => number): string[] {
  const ends = series
    .map((one) => ({ one, wanted: y(one.values.findLast(Number.isFinite) ?? Number.NaN) }))
    .filter(({ wanted }) => Number.isFinite(wanted))
    .sort((a, b) => a.wanted - b.wanted);
  let lowest = Number.NEGATIVE_INFINITY;
  return ends.map(({ one, wanted }) => {
    lowest = Math.max(wanted, lowest + LABEL_HEIGHT);
    const weight = one.strong ? ' font-weight="bold"' : '';
    return text(x, lowest + 4, one.name, `fill="${one.colour}"${weight}`);
  });
}

function linearScale(values: readonly number[]): Scale {
  const most = Math.max(...values, 1);
  const magnitude = 10 ** Math.floor(Math.log10(most));
  const step = [0.2, 0.5, 1, 2].map((part) => part * magnitude).find((size) => most / size <= 6) ?? magnitude;
  const top = Math.ceil(most / step) * step;
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  return { ticks, at: (value) => value / top };
}

function logarithmicScale(values: readonly number[]): Scale {
  const from = Math.floor(Math.log10(Math.min(...values, 1)));
  const to = Math.ceil(Math.log10(Math.max(...values, 1.1)));
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  return { ticks, at: (value) => (Math.log10(value) - from) / (to - from) };
}

export function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
