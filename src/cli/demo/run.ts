// The demo from its first line to its last: the stage, the transfer, the sums, the proxy's own count, the end.

import type { Sum } from './digest.ts';
import type { Narrator } from './narrator.ts';
import type { Payload } from './payload.ts';
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
  payload: Payload,
  version: string,
  narrator: Narrator,
  signal: AbortSignal,
): Promise<boolean> {
  const { name, size } = payload;
  narrator.title(`streamhost ${version} moves ${name}, ${formatBytes(size)}`);
  narrator.chapter('The parties, all in this process and on loopback');
  const stage = await setStage(version, narrator, signal);
  try {
    narrator.chapter('The exchange (XEP-0065)');
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

function rowsOf(label: string, { bytes, sha256 }: Sum): [string, string][] {
  return [
    [label, `${bytes} bytes`],
    ['SHA-256', sha256],
  ];
}

function seconds({ milliseconds }: Transferred): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

function rateOf({ received, milliseconds }: Transferred): string {
  return formatRate(received.bytes, milliseconds);
}
