// What a panel of the dashboard is, and the forms that its queries have.

/** A line, or one for each value of a label: `{{reason}}` in the legend is the label's value. */
export interface Query {
  readonly legend: string;
  readonly expr: string;
}

export interface Panel {
  readonly title: string;
  /** What one sees, and what to make of it. */
  readonly about: string;
  /** Grafana's name of the unit. */
  readonly unit: 'Bps' | 'bytes' | 's' | 'short' | 'percentunit' | 'opm' | 'bool_yes_no';
  /** One number each in place of a plot over time. */
  readonly now?: true;
  /** The lines add up to something. */
  readonly stacked?: true;
  readonly queries: readonly Query[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** The instances that are chosen at the top of the dashboard, and what else a series has to have. */
export const of = (name: string, labels = '') =>
  `streamhost_${name}{job=~"$job",instance=~"$instance"${labels && `,${labels}`}}`;

export const rate = (name: string, labels = '') => `rate(${of(name, labels)}[$__rate_interval])`;

export const perMinute = (label: string, name: string, labels = '') =>
  `60 * sum by (${label}) (${rate(name, labels)})`;

/** Over five minutes at least: there are few streams a minute on a small server. */
export const quantile = (q: number, name: string) =>
  `histogram_quantile(${q}, sum by (le) (rate(${of(`${name}_bucket`)}[5m])))`;

export const number = (title: string, about: string, unit: Panel['unit'], expr: string): Panel => ({
  title,
  about,
  unit,
  now: true,
  queries: [{ legend: title, expr }],
});

/** An expression as Prometheus takes it, with the dashboard's variables filled in. */
export function concrete(expr: string, rateInterval: string): string {
  return expr
    .replaceAll('$job', '.*')
    .replaceAll('$instance', '.*')
    .replaceAll('$__rate_interval', rateInterval);
}
