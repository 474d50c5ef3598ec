// What the configuration says about the operation, in plain words: drain, self-check, log and audit.

import { inWords } from './amounts-in-words.ts';
import type { Config } from './schema.ts';

export function explainDrain({ drain, timeouts }: Config): string {
  const grace = inWords(timeouts.shutdown);
  return drain.link === 'keep'
    ? `On SIGTERM and SIGINT, running streams and transfers that wait have ${grace} to finish.`
    : `On SIGTERM and SIGINT, the link is given away at once, and running streams have ${grace} to finish.`;
}

export function explainSelfCheck({ selfCheck }: Config): string {
  if (!selfCheck.enabled)
    return 'Whether clients reach what they are told is not checked (selfCheck.enabled).';
  return `Connects to what clients are told at the start, after a reload and every ${inWords(selfCheck.interval)}.`;
}

export function explainLog({ log, audit }: Config): string[] {
  const { level, format, jids, addresses } = log;
  const form = format === 'json' ? 'one JSON object a line' : 'lines to read';
  const how = `with JIDs ${inFull(jids === 'full')} and addresses ${inFull(addresses === 'full')}`;
  return [
    level === 'silent'
      ? 'Nothing is logged.'
      : `Writes to standard output from level ${level} up, as ${form}, ${how}.`,
    explainAudit(audit, level),
  ];
}

function explainAudit({ enabled, file, mask, key }: Config['audit'], level: string): string {
  if (!enabled) return 'Streams that have ended are not listed (audit.enabled is false).';
  if (file === undefined && !['debug', 'info'].includes(level)) {
    return `Streams that have ended are not listed: log.level is ${level}, and there is no audit.file.`;
  }
  const how = `with JIDs ${inFull(!mask.jids)} and addresses ${inFull(!mask.addresses)}`;
  const lasting = key === undefined ? 'changes with every start' : 'stays the same';
  const hashes = mask.jids || mask.addresses ? `; the key of the hashes ${lasting}` : '';
  return `Lists streams that have ended in ${file ?? 'the log'}, ${how}${hashes}.`;
}

function inFull(isFull: boolean): string {
  return isFull ? 'in full' : 'masked';
}
