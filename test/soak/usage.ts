// What the daemon holds, as the system and its own metrics tell it.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { sumOfMetric } from '../support/interop/metrics.ts';

export interface Usage {
  readonly descriptors: number;
  /** Ends of pipes. */
  readonly pipes: number;
  readonly waiting: number;
  readonly streams: number;
  /** Bytes of the JavaScript heap in use, garbage included. */
  readonly heap: number;
  /** Bytes of memory that is the process's own. */
  readonly resident: number;
}

/** @param metricsUrl where its metrics are */
export async function usageOf(pid: number, metricsUrl: string): Promise<Usage> {
  const response = await fetch(metricsUrl, { headers: { connection: 'close' } });
  const metrics = await response.text();
  const kinds = descriptorsOf(pid);
  return {
    descriptors: kinds.length,
    pipes: kinds.filter((kind) => kind.startsWith('pipe:')).length,
    waiting: sumOfMetric(metrics, 'streamhost_connections_waiting'),
    streams: sumOfMetric(metrics, 'streamhost_streams_active'),
    heap: sumOfMetric(metrics, 'streamhost_nodejs_heap_size_used_bytes'),
    resident: residentBytes(pid),
  };
}

/** What each descriptor is, the scrape's own connection left out as far as it is closed. */
function descriptorsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return [readlinkSync(`${folder}/${fd}`)];
    } catch {
      return []; // closed in between
    }
  });
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

export function describeUsage(usage: Usage): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const { descriptors, pipes, waiting, streams, heap, resident } = usage;
  return (
    `${descriptors} descriptors (${pipes} ends of pipes), ${waiting} waiting, ${streams} streams, ` +
    `heap ${megabytes(heap)}, memory ${megabytes(resident)}`
  );
}
