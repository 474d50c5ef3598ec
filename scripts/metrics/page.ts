// docs/METRICS.md out of the registry itself, with a query for each metric that people graph.

import type { MetricDescription } from '../../src/ops/metrics.ts';
import { Metrics } from '../../src/ops/metrics.ts';
import { type Generated, table } from '../generated.ts';
import { examples } from './examples.ts';

const INTRODUCTION = `# Metrics

<!-- Written by \`npm run docs\` from src/ops/metrics.ts; do not edit. -->

\`streamhost serve\` answers at \`http.host\`:\`http.port\` (127.0.0.1:9565 unless set):

- \`/metrics\` for Prometheus, as below;
- \`/healthz\`: 200 as long as the process answers;
- \`/readyz\`: 200 while it listens and is joined to the XMPP server, else 503 and what is missing; \`?verbose\` lists
  every condition.

Every series is there from the start, at 0. No label carries a JID or an address. Bytes are counted while a stream
runs, not at its end. Sizes are in bytes and times in seconds.
`;

export async function metricsFiles(): Promise<Generated> {
  const idle = {
    connectionsWaiting: () => 0,
    streamsActive: () => 0,
    relayed: () => ({ firstToSecond: 0, secondToFirst: 0 }),
  };
  const described = await new Metrics({ version: '', engine: '', readings: idle }).describe();
  const isOfProcess = ({ name }: MetricDescription) => /^streamhost_(process|nodejs)_/.test(name);
  const own = described.filter((metric) => !isOfProcess(metric));
  const page = [
    INTRODUCTION,
    '## The proxy\n',
    table(['Name', 'Type', 'Labels', 'Meaning'], own.map(toRow)),
    '\n## Label values\n',
    ...own.flatMap(describeLabels),
    '\n## Queries\n',
    ...examples.map(({ question, query }) => `${question}\n\n\`\`\`promql\n${query}\n\`\`\`\n`),
    '## The process\n',
    'The usual ones of prom-client, with the prefix `streamhost_`; some exist on Linux only.\n',
    table(
      ['Name', 'Type', 'Meaning'],
      described.filter(isOfProcess).map(({ name, type, help }) => [`\`${name}\``, type, help]),
    ),
  ];
  return { 'docs/METRICS.md': `${page.join('\n')}\n` };
}

function toRow({ name, type, labels, help }: MetricDescription): string[] {
  const names = Object.keys(labels).filter((label) => label !== 'le');
  return [`\`${name}\``, type, names.map((label) => `\`${label}\``).join(', '), help];
}

function describeLabels({ name, labels }: MetricDescription): string[] {
  if (name === 'streamhost_build_info') return [];
  return Object.entries(labels).map(([label, values]) => {
    const meaning = label === 'le' ? 'buckets up to' : `\`${label}\` is one of`;
    return `- \`${name}\`: ${meaning} ${values.map((value) => `\`${value}\``).join(', ')}.`;
  });
}
