// Tables 3 to 6 out of their samples.

import { prosodyProxy } from '../contenders/server-proxies.ts';
import type { PingResult } from '../load.ts';
import type { OpenStreams } from '../measures/open-streams.ts';
import type { RoundTripSamples } from '../measures/round-trips.ts';
import type { SetUpSample } from '../measures/set-ups.ts';
import type { StallSample } from '../measures/stall.ts';
import type { Samples } from '../rounds.ts';
import { median, percentile } from '../statistics.ts';
import { fixed, type Table } from './table.ts';

const MEBIBYTE = 1 << 20;
const KIBIBYTE = 1 << 10;

export function roundTripTable(samples: RoundTripSamples): Table {
  const settings = [...samples.keys()];
  const titles = new Set([...samples.values()].flatMap((byTitle) => [...byTitle.keys()]));
  const named = (streams: number) => (streams === 0 ? 'idle' : `beside ${streams}`);
  return {
    title: '3. Round trips of one byte',
    note:
      'In milliseconds; the next byte leaves 0.2 ms after the one before has come back. p50 and p99 are medians of the ' +
      "rounds' percentiles, p99.9 is that of all rounds together.",
    head: [
      '',
      ...settings.flatMap((streams) => ['p50', 'p99', 'p99.9'].map((p) => `${named(streams)}: ${p}`)),
    ],
    rows: [...titles].map((title) => [
      title,
      ...settings.flatMap((streams) => percentiles(samples.get(streams)?.get(title) ?? [])),
    ]),
  };
}

function percentiles(rounds: readonly PingResult[]): string[] {
  const ofRounds = (p: number) => median(rounds.map(({ us }) => percentile(us, p)));
  const all = rounds.flatMap(({ us }) => us);
  return [ofRounds(0.5), ofRounds(0.99), percentile(all, 0.999)].map((us) => fixed(us / 1000, 2));
}

export function setUpTable(samples: Samples<SetUpSample>): Table {
  const baseline = samples.get(prosodyProxy.title) ?? [];
  const compare = (own: readonly SetUpSample[], pick: (sample: SetUpSample) => number) => [
    fixed(median(own.map(pick)), 0),
    fixed(median(own.map((sample, round) => pick(sample) / pick(baseline[round] ?? NOTHING))), 2),
  ];
  return {
    title: '4. Set-ups a second',
    note:
      'Two SOCKS connections, one activation and the end of both, behind the same Prosody; by one user in turn, and by ' +
      '64 at a time. The ratios are to the sample of Prosody’s own proxy in the same round.',
    head: ['', 'one by one', '÷ built-in', '64 at a time', '÷ built-in'],
    rows: [...samples].map(([title, own]) => [
      title,
      ...compare(own, ({ alone }) => alone),
      ...compare(own, ({ together }) => together),
    ]),
  };
}

const NOTHING: SetUpSample = { alone: Number.NaN, together: Number.NaN };

export function memoryTable(open: ReadonlyMap<string, OpenStreams>): Table {
  const counts = [...new Set([...open.values()].flatMap(({ resident }) => [...resident.keys()]))].sort(
    (a, b) => a - b,
  );
  const [none = 0, ...some] = counts;
  const steps = some.slice(1).map((to, index) => ({ from: some[index] ?? none, to }));
  const each = ({ resident }: OpenStreams, from: number, to: number) => {
    const bytes = (resident.get(to) ?? Number.NaN) - (resident.get(from) ?? Number.NaN);
    return fixed(bytes / (to - from) / KIBIBYTE, 1);
  };
  return {
    title: '4. Memory of open streams',
    note:
      'Growth of the resident memory in KiB a stream, soon after the last was opened; the streams are open ' +
      'and have never carried a byte. One reading: nothing is divided by a time.',
    head: [
      '',
      'MiB before',
      ...some.map((count) => `first ${count}`),
      ...steps.map(({ from, to }) => `from ${from} to ${to}`),
    ],
    rows: [...open].map(([title, own]) => [
      title,
      fixed((own.resident.get(none) ?? Number.NaN) / MEBIBYTE, 0),
      ...some.map((count) => each(own, none, count)),
      ...steps.map(({ from, to }) => each(own, from, to)),
    ]),
  };
}

export function stallTable(samples: Samples<StallSample>): Table {
  return {
    title: '5. A reader that has stopped',
    note:
      'What the sender could send until nothing went out for a second, in MiB; the buffers of the kernel on both sides ' +
      'are part of it. Beside it, by how much the resident memory of the relay grew.',
    head: ['', 'MiB taken', 'MiB grown'],
    rows: [...samples].map(([title, own]) => [
      title,
      fixed(median(own.map(({ bytes }) => bytes)) / MEBIBYTE, 1),
      fixed(median(own.map(({ grown }) => grown)) / MEBIBYTE, 1),
    ]),
  };
}

export function startTable(start: Samples<number>): Table {
  return {
    title: '6. Start to ready',
    note: 'From the start of the process until it accepts connections and has joined the server.',
    head: ['', 'ms'],
    rows: [...start].map(([title, own]) => [title, fixed(median(own), 0)]),
  };
}

export function idleTable(open: ReadonlyMap<string, OpenStreams>): Table {
  const most = Math.max(...[...open.values()].flatMap(({ resident }) => [...resident.keys()]));
  return {
    title: '6. Idle CPU',
    note: `With ${most} silent streams open, in percent of one core; everyone in the same window.`,
    head: ['', '%'],
    rows: [...open].map(([title, { idleCpu }]) => [title, fixed(idleCpu * 100, 2)]),
  };
}
