// The composition root: constructs the rooms, starts them in order and stops them in reverse.

import type { Loaded } from './config/load.ts';
import type { Config } from './config/schema.ts';
import { drain } from './daemon/drain.ts';
import { createEngine, engineTimeouts } from './daemon/engine.ts';
import { Listeners } from './daemon/listeners.ts';
import { Offer } from './daemon/offer.ts';
import { openAll } from './daemon/open-all.ts';
import { prepareAudit } from './daemon/open-audit.ts';
import { Policies } from './daemon/policies.ts';
import { Quotas } from './daemon/quotas.ts';
import { Reloads } from './daemon/reload.ts';
import { StartError } from './daemon/start-error.ts';
import { HandshakeSlots } from './listener/handshake-slots.ts';
import type { Address } from './listener/listener.ts';
import { createLog, type LogDestination } from './ops/log.ts';
import { Metrics } from './ops/metrics.ts';
import { Readiness } from './ops/readiness.ts';
import { Status } from './ops/status/status.ts';
import type { RateTable } from './policy/rate.ts';
import type { Clock, Fact, Observer, RelayEngine } from './rendezvous/ports.ts';
import { Table } from './rendezvous/table.ts';
import { OwnConnections } from './self-check/own-connections.ts';
import { SelfCheck } from './self-check/self-check.ts';
import { systemClock } from './system-clock.ts';
import { startXmpp } from './xmpp/link.ts';

export interface DaemonParts {
  /** What XEP-0092 and the metrics call our version. */
  readonly version: string;
  /** Where log lines go; default: standard output. */
  readonly log?: LogDestination;
  /** Another engine than the configured one; for tests that inject faults. */
  readonly createEngine?: (clock: Clock, rates: RateTable) => RelayEngine;
}

export { StartError };

export interface Daemon {
  /** Where SOCKS5 connections are accepted, with the real ports. */
  readonly addresses: readonly Address[];
  /** Where the metrics are, if anywhere. */
  readonly http: Address | undefined;
  /** Resolves if the daemon cannot go on: the server refused it and `xmpp.onRefusal` is `exit`. */
  readonly failed: Promise<Error>;
  /**
   * Puts another configuration in force, without touching a stream or the link; true when it is. What is not valid, or
   * cannot be put in force as a whole, is rejected whole: the log says why, and the old one stays. Never rejects.
   */
  reload(loaded: Loaded): Promise<boolean>;
  /**
   * Takes nobody new, lets running streams finish for `graceMs` (default: timeouts.shutdown), leaves the server
   * and closes everything. Idempotent. Resolves with the number of streams that were cut. [S5B-P-88]
   */
  stop(options?: { graceMs?: number }): Promise<{ unfinished: number }>;
}

/** @throws StartError when a port cannot be bound or a file or the store cannot be written; a server that is not up is no failure. */
export async function startDaemon(config: Config, parts: DaemonParts): Promise<Daemon> {
  const clock = systemClock;
  const log = createLog(config.log, config.audit, parts.log);
  const readiness = new Readiness(config.listen.length);
  const observers: Observer[] = [log, readiness];
  const observer: Observer = { observe: (fact: Fact) => observers.forEach((one) => void one.observe(fact)) };
  const reloads = new Reloads(config, observer);
  reloads.onChange((next) => log.configure(next.log, next.audit));

  const quotas = new Quotas(clock, observer);
  const policies = new Policies(config, clock, quotas);
  const { rates } = policies;
  const engine = parts.createEngine?.(clock, rates) ?? createEngine(config, { rates, log, observer, clock });
  const table = new Table(engine, clock, observer, policies.tableOptions(config), policies.admission);
  reloads.onChange((next) => {
    policies.reconfigure(next);
    table.reconfigure(policies.tableOptions(next));
    engine.reconfigure(engineTimeouts(next));
  });
  const slots = new HandshakeSlots(() => reloads.config.limits.handshakes);
  const taken = () => ({
    handshakes: slots.taken,
    waiting: table.connectionsWaiting(),
    streams: table.streamsActive(),
  });
  const about = { version: parts.version, engine: engine.name, readings: table };
  const limits = () => policies.readLimits(reloads.config, taken());
  const metrics = new Metrics({ ...about, quotas: () => quotas.readings(), limits });
  const { domain } = config.xmpp;
  const status = new Status({ ...about, domain, readiness, clock, showJids: config.http.showJids, limits });
  observers.push(metrics, status);

  log.info('starting', { version: parts.version, domain: config.xmpp.domain, engine: engine.name });
  const own = new OwnConnections(table);
  const listing = () => link.listing();
  const opening = { log, readiness, metrics, status, listing, observer, quotas, engine };
  const open = await openAll(config, opening, () =>
    Listeners.open(config.listen, {
      rendezvous: own,
      engine,
      observer,
      addresses: policies.addresses,
      slots,
      get handshakeMs() {
        return reloads.config.timeouts.handshake;
      },
    }),
  );
  const { audit, listeners, http } = open;
  observers.push(audit);
  reloads.add((next) => prepareAudit(audit, next));
  reloads.add((next) => quotas.prepare(next));
  reloads.add((next) => listeners.prepare(next.listen));

  const offer = new Offer(config, listeners.addresses, log);
  reloads.onChange((next) => offer.change(next, listeners.addresses));
  const settings = () => ({ ...reloads.config.selfCheck, streamhosts: offer.streamhosts });
  const selfCheck = new SelfCheck({ own, clock, observer, settings });
  observers.push(selfCheck);

  const began = clock.now();
  const link = startXmpp({
    config: config.xmpp,
    observer,
    clock,
    proxy: {
      rendezvous: table,
      observer,
      isAllowed: (jid) => offer.isAllowed(jid),
      quotaOf: (jid) => policies.admission.quotaOf(jid),
      streamhosts: () => (listeners.open ? offer.streamhosts : []),
    },
    identity: {
      ...config.identity,
      software: { name: 'streamhost', version: parts.version, showOs: config.identity.showOs },
      uptimeMs: () => clock.now() - began,
    },
  });

  let stopping: Promise<{ unfinished: number }> | undefined;
  const stop = async (graceMs: number) => {
    reloads.stop();
    await drain({ table, listeners, link, observer, clock }, { graceMs, link: reloads.config.drain.link });
    listeners.close();
    const unfinished = table.close();
    await engine.close();
    await Promise.all([link.stop(), selfCheck.stop(), quotas.close()]);
    await http?.close();
    status.stop();
    observer.observe({ kind: 'stopped', unfinished });
    await Promise.all([audit.close(), log.flush()]);
    return { unfinished };
  };

  return {
    get addresses() {
      return listeners.addresses;
    },
    http: http?.address,
    failed: link.fatal.then((reason) => new Error(reason)),
    reload: (loaded) => reloads.reload(loaded),
    stop: ({ graceMs = reloads.config.timeouts.shutdown } = {}) => {
      stopping ??= stop(graceMs);
      return stopping;
    },
  };
}
