// The demo from its first line to its last: the stage, the transfer, the sums, the proxy's own count, the end.

import type { FileSource } from '../../client/index.ts';
import type { Narrator } from './narrator.ts';
import { fetchMetrics } from './proxy-metrics.ts';
import { formatBytes, formatRate } from './sizes.ts';
import { setStage } from './stage.ts';
import { type Transferred, transfer } from './transfer.ts';

/**
 * Runs the demo; everything that was started is stopped when it resolves or rejects.
 * @returns whether what was received is what was sent
 * @throws Error that says what failed; the signal's reason when that is aborted
 */
export async function runDemo(
  payload: FileSource,
  version: string,
  narrator: Narrator,
  signal: AbortSignal,
): Promise<boolean> {
  const { name, size } = payload;
  narrator.title(`streamhost ${version} moves ${name}, ${formatBytes(size)}`);
  narrator.chapter('The parties, all in this process and on loopback');
  const stage = await setStage(version, narrator, signal);
  try {
    narrator.chapter('The exchange (XEP-0096, XEP-0065)');
    const result = await transfer(stage, payload, narrator, signal);
    narrator.chapter('The result');
    narrator.table([
      ...rowsOf('sent', result.sent),
      ...rowsOf('received', result.received),
      ['time', `${seconds(result)}, ${rateOf(result)} with both ends and both sums in this process`],
    ]);
    narrator.chapter(`What the proxy counted (${stage.metricsUrl})`);
    narrator.table(await fetchMetrics(stage.metricsUrl, signal));
    const areEqual =
      result.sent.sha256 === result.received.sha256 && result.sent.bytes === result.received.bytes;
    narrator.verdict(areEqual, areEqual ? 'Both sums are equal.' : 'The sums differ.');
    return areEqual;
  } finally {
    await stage.strike();
  }
}

function rowsOf(label: string, { bytes, sha256 }: { bytes: number; sha256: string }): [string, string][] {
  return [
    [label, `${bytes} bytes`],
    ['SHA-256', sha256],
  ];
}

/** From alice's first byte to the end of the stream. */
function seconds({ sent }: Transferred): string {
  return `${sent.seconds.toFixed(2)} s`;
}

function rateOf({ sent }: Transferred): string {
  return formatRate(sent.bytes, sent.seconds * 1000);
}
