// A column for each minute, as SVG that needs no script.

import { type Html, html } from './html.ts';

export interface Plot {
  readonly title: string;
  /** The oldest first. */
  readonly values: readonly number[];
  /** How many columns there is room for; the newest is always at the right. */
  readonly columns: number;
  /** A value as a person reads it. */
  readonly tell: (value: number) => string;
}

const STEP = 8;
const HEIGHT = 80;

/** The picture with its highest value in words, for those who do not see it, too. */
export function plot({ title, values, columns, tell }: Plot): Html {
  const highest = Math.max(...values, 0);
  const offset = columns - values.length;
  const bars = values.map((value, index) => {
    const height = highest === 0 ? 0 : Math.max(value > 0 ? 1 : 0, Math.round((value / highest) * HEIGHT));
    const ago = values.length - 1 - index;
    const when = ago === 0 ? 'this minute' : `${ago} min ago`;
    return html`<rect x="${(offset + index) * STEP}" y="${HEIGHT - height}" width="${STEP - 2}" height="${height}"><title>${tell(value)}, ${when}</title></rect>`;
  });
  const label = `${title}: at most ${tell(highest)} in a minute of the last ${columns - 1}`;
  return html`<figure>
<figcaption>${title} <small>at most ${tell(highest)} a minute</small></figcaption>
<svg viewBox="0 0 ${columns * STEP} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">
${bars}
</svg>
</figure>`;
}
