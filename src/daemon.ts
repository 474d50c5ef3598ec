// The composition root: constructs the rooms, starts them in order and stops them in reverse.

import { networkInterfaces } from 'node:os';
import { advertise } from './config/advertise.ts';
import { formatAddress } from './config/host.ts';
import type { Config } from './config/schema.ts';
import { HandshakeSlots } from './listener/handshake-slots.ts';
import type { Address, Listener } from './listener/listener.ts';
import { openHttpPort, openListeners, StartError } from './open-ports.ts';
import type { HttpEndpoint } from './ops/http.ts';
import { createLog, type Log, type LogDestination } from './ops/log.ts';
import { Metrics } from './ops/metrics.ts';
import { Readiness } from './ops/readiness.ts';
import { Policies } from './policies.ts';
import { Access } from './policy/access.ts';
import type { RateTable } from './policy/rate.ts';
import { chooseEngine } from './relay/choose.ts';
import type { Clock, Fact, Observer, RelayEngine } from './rendezvous/ports.ts';
import { Table } from './rendezvous/table.ts';
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
   * Takes nobody new, lets running streams finish for `graceMs` (default: timeouts.shutdown), leaves the server
   * and closes everything. Idempotent. Resolves with the number of streams that were cut. [S5B-P-88]
   */
  stop(options?: { graceMs?: number }): Promise<{ unfinished: number }>;
}

/** @throws StartError when a port cannot be bound; a server that is not up yet is no failure. */
export async function startDaemon(config: Config, parts: DaemonParts): Promise<Daemon> {
  const log = createLog(config.log, config.audit, parts.log);
  const readiness = new Readiness(config.listen.length);
  const observers: Observer[] = [log, readiness];
  const observer: Observer = { observe: (fact: Fact) => observers.forEach((one) => void one.observe(fact)) };

  const policies = new Policies(config, systemClock);
  const engine =
    parts.createEngine?.(systemClock, policies.rates) ?? createEngine(config, policies.rates, log, observer);
  const table = new Table(engine, systemClock, observer, policies.tableOptions(config), policies.admission);
  const metrics = new Metrics({ version: parts.version, engine: engine.name, readings: table });
  observers.push(metrics);

  log.info('starting', { version: parts.version, domain: config.xmpp.domain, engine: engine.name });
  const slots = new HandshakeSlots(config.limits.handshakes);
  const handshakeMs = config.timeouts.handshake;
  let listeners: Listener[] = [];
  let http: HttpEndpoint | undefined;
  try {
    const parts = { rendezvous: table, engine, observer, slots, handshakeMs, addresses: policies.addresses };
    listeners = await openListeners(config, parts);
    http = await openHttpPort(config, { metrics, readiness });
  } catch (error) {
    for (const listener of listeners) listener.close();
    log.error('cannot start', { reason: error instanceof Error ? error.message : String(error) });
    await log.flush();
    throw error;
  }

  const access = new Access(config.access, config.xmpp.domain);
  const addresses = listeners.map(({ address }) => address);
  const { streamhosts, warnings } = advertise(config, addresses, networkInterfaces());
  explainService(log, access, streamhosts, warnings);
  const began = systemClock.now();
  const xmpp = startXmpp({
    config: config.xmpp,
    observer,
    clock: systemClock,
    proxy: {
      rendezvous: table,
      observer,
      isAllowed: (jid) => access.judge(jid).ok,
      streamhosts: () => (listeners.every(({ listening }) => listening) ? streamhosts : []),
    },
    identity: {
      ...config.identity,
      software: { name: 'streamhost', version: parts.version, showOs: config.identity.showOs },
      uptimeMs: () => systemClock.now() - began,
    },
  });

  let stopping: Promise<{ unfinished: number }> | undefined;
  const stop = async (graceMs: number) => {
    observer.observe({
      kind: 'draining',
      streams: table.streamsActive(),
      waiting: table.connectionsWaiting(),
      graceMs,
    });
    for (const listener of listeners) listener.close();
    await settled(table.drain().finished, graceMs);
    const unfinished = table.close();
    await engine.close();
    await xmpp.stop();
    await http?.close();
    observer.observe({ kind: 'stopped', unfinished });
    await log.flush();
    return { unfinished };
  };

  return {
    addresses,
    http: http?.address,
    failed: xmpp.fatal.then((reason) => new Error(reason)),
    stop: ({ graceMs = config.timeouts.shutdown } = {}) => {
      stopping ??= stop(graceMs);
      return stopping;
    },
  };
}

/** The engine that is configured, or the best that runs here. @throws StartError */
function createEngine(
  { relay, timeouts }: Config,
  rates: RateTable,
  log: Log,
  observer: Observer,
): RelayEngine {
  const choice = chooseEngine(relay.engine, systemClock, {
    earlyData: relay.earlyData,
    halfCloseMs: timeouts.halfClose,
    userTimeoutMs: timeouts.unacknowledged,
    workers: relay.workers,
    rates,
    onWorkerDeath: (error, streams) => observer.observe({ kind: 'relay-worker-died', error, streams }),
  });
  if (!choice.ok) throw new StartError(`relay.engine is splice, which cannot run here: ${choice.reason}`);
  if (choice.fallback) log.warn('the zero-copy relay cannot run here', { reason: choice.fallback });
  return choice.engine;
}

/** What an operator has to know first: who is served, and where clients are sent. */
function explainService(
  log: Log,
  access: Access,
  streamhosts: readonly Address[],
  warnings: readonly string[],
): void {
  log[access.closed ? 'warn' : 'info']('who may use the proxy', { access: access.describe() });
  const told = streamhosts.map(({ host, port }) => formatAddress(host, port));
  log.info('what clients are told', { streamhosts: told });
  for (const warning of warnings) log.warn('clients may not reach what they are told', { warning });
}

/** Resolves when the promise has resolved, or after so many milliseconds. */
function settled(promise: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = systemClock.after(ms, resolve);
    void promise.then(() => {
      cancel();
      resolve();
    });
  });
}
