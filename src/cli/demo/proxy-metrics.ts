// The proxy's own metrics, fetched as Prometheus would fetch them, and the lines that say something about the demo.

import { within } from '../../client/deadline.ts';
import { formatBytes } from './sizes.ts';

const FETCH_MS = 5_000;

/** What is not counted (limits, the process, the configuration), and the many lines of a histogram. */
const BESIDE_THE_POINT = /^streamhost_(process|nodejs|config|limit|self_check)(_|$)|_bucket$|_info$/;

/** Series and value, for people, of every metric of the proxy that is not 0, in the order of the page. @throws Error without an answer */
export async function fetchMetrics(url: string, signal: AbortSignal): Promise<(readonly [string, string])[]> {
  const response = await fetch(url, { signal: within(FETCH_MS, signal) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return readMetrics(await response.text());
}

/** [Prometheus text exposition format] */
export function readMetrics(page: string): (readonly [string, string])[] {
  return page.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value = ''] = /^(\w+)(\{.*\})? (\S+)/.exec(line) ?? [];
    const isTelling = name.startsWith('streamhost_') && !BESIDE_THE_POINT.test(name) && Number(value) !== 0;
    return isTelling ? [[`${name}${labels}`, readable(name, Number(value))] as const] : [];
  });
}

function readable(name: string, value: number): string {
  if (/_bytes(_sum|_total)?$/.test(name)) return formatBytes(value);
  return /_seconds(_sum)?$/.test(name) ? `${value.toFixed(3)} s` : String(value);
}
