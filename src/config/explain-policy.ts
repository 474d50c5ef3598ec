// Limits, rates, quotas and classes of a configuration in plain words: in general, and what of it one requester has.

import { type ClassConfig, type Classified, DEFAULT_CLASS, type Judgement } from '../policy/classes.ts';
import { BURST_SECONDS } from '../policy/connection-rates.ts';
import { Networks } from '../policy/networks.ts';
import type { Allotment } from '../policy/quota.ts';
import { DEFAULT_BURST_SECONDS } from '../policy/rate.ts';
import { hasQuota, mergeTerms, type Terms } from '../policy/terms.ts';
import { inWords, orNone, sizeInWords } from './amounts-in-words.ts';
import type { Chapter } from './chapter.ts';
import type { Config } from './schema.ts';

/** Who is asked about, and from which address one of its connections comes, if that was said. */
export interface Requester {
  readonly jid: string;
  readonly domain: string;
  readonly from: string | undefined;
}

/** What holds for everyone who is in no class, and the classes. */
export function explainPolicy(config: Config): Chapter[] {
  const terms = mergeTerms('', config);
  const { classes } = config;
  return [
    { title: 'Limits', lines: [...explainAddresses(config), ...explainLimits(terms, 'one domain')] },
    { title: 'Rates and quotas', lines: explainFlow(terms, config) },
    { title: 'Classes', lines: classes.length === 0 ? ['There are none.'] : classes.map(explainClass) },
  ];
}

/** Into which class somebody falls, why, and what follows. */
export function explainRequester(
  config: Config,
  who: Requester,
  { terms, judgements }: Classified,
): Chapter[] {
  return [
    {
      title: 'Class',
      lines: [
        judgements.at(-1)?.matches
          ? `${who.jid} is in the class ${terms.className}.`
          : `${who.jid} is in no class (the log calls that ${DEFAULT_CLASS}), and has the general limits.`,
        ...judgements.map((judgement) => explainJudgement(judgement, config, who.from)),
      ],
    },
    { title: 'Limits', lines: [...explainAddresses(config, who.from), ...explainLimits(terms, who.domain)] },
    { title: 'Rates and quotas', lines: explainFlow(terms, config) },
  ];
}

function explainAddresses({ limits }: Config, from?: string): string[] {
  const { waitingPerAddress, connectionsPerSecond, exempt } = limits;
  const exemption = from === undefined ? undefined : new Networks(exempt).find(from);
  if (exemption !== undefined) {
    return [`${from} is exempt from the limits of one address: it is in ${exemption} (limits.exempt).`];
  }
  const whose =
    from === undefined ? 'One address (IPv6: one /64)' : `${from}${from.includes(':') ? ' and its /64' : ''}`;
  const waiting = orNone(waitingPerAddress, (count) => `at most ${count}`);
  const rate = orNone(connectionsPerSecond, (count) => {
    return `at most ${count} a second, ${count * BURST_SECONDS} at once after a pause`;
  });
  const line = `${whose}: waiting connections: ${waiting}; new connections: ${rate}.`;
  return from === undefined && exempt.length > 0 ? [line, `Exempt from both: ${exempt.join(', ')}.`] : [line];
}

function explainLimits(terms: Terms, domain: string): string[] {
  const { streamsPerUser, streamsPerDomain, idleMs, durationMs } = terms;
  const atMost = (count: number) => `at most ${count}`;
  const ends = [
    Number.isFinite(idleMs) ? `after ${inWords(idleMs)} without a byte` : '',
    Number.isFinite(durationMs) ? `after ${inWords(durationMs)} in any case` : '',
  ].filter((end) => end !== '');
  return [
    `Streams at once of one requester: ${orNone(streamsPerUser, atMost)}; of all of ${domain}: ${orNone(streamsPerDomain, atMost)}.`,
    ends.length === 0 ? 'A stream may last and be idle for ever.' : `A stream ends ${ends.join(', and ')}.`,
  ];
}

function explainFlow(terms: Terms, { rates, quotas }: Config): string[] {
  const { streamRate, userRate, burst } = terms;
  const aSecond = (bytes: number) => `${sizeInWords(bytes)} a second`;
  const flows = [streamRate, userRate, rates.total];
  const lines = [
    `One stream: ${orNone(streamRate, aSecond)}; one requester: ${orNone(userRate, aSecond)}; all together: ${orNone(rates.total, aSecond)}.`,
  ];
  if (flows.some(Number.isFinite)) {
    const size =
      burst === undefined ? `what flows in ${inWords(DEFAULT_BURST_SECONDS * 1000)}` : sizeInWords(burst);
    lines.push(`After a pause may flow at once: ${size}.`);
  }
  if (!hasQuota(terms)) return [...lines, 'There is no quota.'];
  const { user, domain } = terms.quotas;
  return [
    ...lines,
    `Quota of one requester: ${allotment(user)}; of its domain: ${allotment(domain)} (UTC).`,
    quotas.atQuota === 'end'
      ? 'At the quota, streams are refused, and running ones end.'
      : `At the quota, streams are refused, and running ones go on at ${aSecond(quotas.slowRate)}.`,
  ];
}

function allotment({ day, month }: Allotment): string {
  return `${orNone(day, sizeInWords)} a day, ${orNone(month, sizeInWords)} a month`;
}

function explainClass({ name, match: { jids, networks } }: ClassConfig): string {
  const who = jids && `whose JID matches ${jids.join(', ')}`;
  const where = networks && `of whose connections one comes from ${networks.join(', ')}`;
  return `${name}: requesters ${[who, where].filter((part) => part !== undefined).join(' and ')}.`;
}

function explainJudgement(judgement: Judgement, config: Config, from: string | undefined): string {
  const { name, matches, rule, network, missing } = judgement;
  const asked = config.classes.find((entry) => entry.name === name)?.match;
  const byRule = rule && `its rule ${rule} matches`;
  if (matches) {
    const byNetwork = network && `${from} is in its network ${network}`;
    return `${name}: yes, ${[byRule, byNetwork].filter((part) => part !== undefined).join(' and ')}.`;
  }
  if (missing === 'jid') return `${name}: no, none of its rules matches (${asked?.jids?.join(', ')}).`;
  const networks = asked?.networks?.join(', ');
  const why =
    from === undefined
      ? `only from ${networks}, and no address was given (--from)`
      : `${from} is not in ${networks}`;
  return `${name}: no, ${[byRule, why].filter((part) => part !== undefined).join(', but ')}.`;
}
