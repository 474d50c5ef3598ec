// The text format of Prometheus, as far as a test has to read it.

/**
 * The sum of a metric's samples whose labels contain the text `labels`.
 * @throws Error when there is no sample of that name at all
 */
export function sumOfMetric(exposition: string, name: string, labels = ''): number {
  const samples = exposition
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  if (samples.length === 0) throw new Error(`no metric ${name} in:\n${exposition}`);
  return samples
    .filter((line) => line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
