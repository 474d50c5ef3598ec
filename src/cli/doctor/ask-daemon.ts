// What the running daemon says of itself on its HTTP port.

import { formatAddress } from '../../config/host.ts';
import type { Config } from '../../config/schema.ts';

const ANSWER_MS = 10_000;

/** Where a daemon that listens on every address is reached from its own machine. */
const OWN_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

export interface DaemonPages {
  /** A line a condition, as `/readyz?verbose` and `/listing` write them. */
  readonly readiness: readonly string[];
  /** The text of `/metrics`. */
  readonly metrics: string;
}

export type DaemonAnswer =
  | { readonly ok: true; readonly pages: DaemonPages }
  | { readonly ok: false; readonly url: string; readonly reason: string };

export async function askDaemon({ host, port, token }: Config['http']): Promise<DaemonAnswer> {
  const url = `http://${formatAddress(OWN_ADDRESS[host] ?? host, port)}`;
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const get = async (path: string) => {
    const response = await fetch(url + path, { headers, signal: AbortSignal.timeout(ANSWER_MS) });
    const text = await response.text();
    if (response.ok || response.status === 503) return text; // 503: not ready, and the text says why
    throw new Error(`it answered ${response.status}: ${text.trim()}`);
  };
  try {
    const [readiness, listing, metrics] = await Promise.all(
      ['/readyz?verbose', '/listing', '/metrics'].map(get),
    );
    const lines = `${readiness}${listing}`.trim().split('\n');
    return { ok: true, pages: { readiness: lines, metrics: metrics ?? '' } };
  } catch (error) {
    return { ok: false, url, reason: reasonOf(error) };
  }
}

/** The value of the first sample of a metric; undefined when there is none. */
export function sampleOf(metrics: string, name: string): number | undefined {
  const line = metrics.split('\n').find((text) => text.startsWith(`${name} `) || text.startsWith(`${name}{`));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
}

/** The value of a label of the first sample of a metric. */
export function labelOf(metrics: string, name: string, label: string): string | undefined {
  return new RegExp(`^${name}\\{[^}]*\\b${label}="([^"]*)"`, 'm').exec(metrics)?.[1];
}

/** fetch says only that it failed; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${ANSWER_MS} ms`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}
