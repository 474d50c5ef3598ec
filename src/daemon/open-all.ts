// Opens whatever the system may refuse, at the start: the audit's file, the quotas' store, listeners, HTTP. All, or none.

import type { Config } from '../config/schema.ts';
import type { AuditFile } from '../ops/audit.ts';
import type { HttpEndpoint } from '../ops/http.ts';
import type { Log } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Readiness } from '../ops/readiness.ts';
import type { Status } from '../ops/status/status.ts';
import type { Observer, RelayEngine } from '../rendezvous/ports.ts';
import type { XmppLink } from '../xmpp/link.ts';
import type { Listeners } from './listeners.ts';
import { openAudit } from './open-audit.ts';
import { openHttpPort } from './open-ports.ts';
import type { Quotas } from './quotas.ts';

export interface OpeningParts {
  readonly log: Log;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly status: Status;
  readonly listing: XmppLink['listing'];
  readonly observer: Observer;
  readonly quotas: Quotas;
  readonly engine: Pick<RelayEngine, 'close'>;
}

export interface Opened {
  readonly audit: AuditFile;
  readonly listeners: Listeners;
  readonly http: HttpEndpoint | undefined;
}

/** @throws StartError, which the log has, too */
export async function openAll(
  config: Config,
  parts: OpeningParts,
  openListeners: () => Promise<Listeners>,
): Promise<Opened> {
  const { log, readiness, metrics, status, listing, observer, quotas, engine } = parts;
  let listeners: Listeners | undefined;
  try {
    const [audit] = await Promise.all([openAudit(config, observer), quotas.open(config)]);
    listeners = await openListeners();
    const http = await openHttpPort(config, { metrics, readiness, status, listing });
    return { audit, listeners, http };
  } catch (error) {
    listeners?.close();
    status.stop();
    // A process that ends while its relay threads still load koffi is aborted by it, with another exit code.
    await Promise.all([quotas.close(), engine.close()]);
    log.error('cannot start', { reason: error instanceof Error ? error.message : String(error) });
    await log.flush();
    throw error;
  }
}
