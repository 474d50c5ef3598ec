// Facts become counters, readings are taken on each scrape. No label carries a JID.

import type { Fact, LimitReading, Observer, QuotaReadings, Readings } from '../rendezvous/ports.ts';
import {
  addressQueryResults,
  handshakeResults,
  isRefusal,
  labelValues,
  refusalReasons,
  requestResults,
  streamEndReasons,
  waitingEndReasons,
} from './labels.ts';
import { addLimitMetrics, noLimits } from './limit-metrics.ts';
import { OperationMetrics } from './operation-metrics.ts';
import { Counter, collectProcessMetrics, Gauge, Histogram, Registry } from './prometheus.ts';
import { addQuotaMetrics } from './quota-metrics.ts';

export interface MetricsParts {
  readonly version: string;
  /** Name of the relay engine in use. */
  readonly engine: string;
  readonly readings: Readings;
  /** Of the quotas; without any they are all 0. */
  readonly quotas?: () => QuotaReadings;
  /** Default: none. */
  readonly limits?: () => readonly LimitReading[];
}

/** A page for Prometheus. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** What there is to know about a metric; for the documentation. */
export interface MetricDescription {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** Each label with the values that it has now. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

const PREFIX = 'streamhost_';
const MIB = 1024 ** 2;

/** From a chat picture on a fast line to a disk image on a slow one. */
const DURATION_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400];
/** From two clients on one machine to a person who has to be asked first. */
const SETUP_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300];
const SIZE_BUCKETS = [1024, 16_384, 262_144, MIB, 16 * MIB, 128 * MIB, 1024 * MIB, 8192 * MIB, 65_536 * MIB];

const noQuotas = (): QuotaReadings => {
  return { highestShare: 0, unwrittenBytes: 0, uncountedBytes: 0, writes: 0, failures: 0 };
};

/** A registry of its own, with nothing counted yet. */
export class Metrics implements Observer {
  readonly #registry = new Registry();
  readonly #counters: Counters;
  readonly #xmppConnected: Gauge;
  #hasProcessMetrics = false;
  readonly #operation: OperationMetrics;

  constructor({ version, engine, readings, quotas = noQuotas, limits = noLimits }: MetricsParts) {
    const registry = this.#registry;
    this.#counters = createCounters(registry, readings);
    addGauge(registry, 'connections_waiting', 'Connections that wait for their activation.', () =>
      readings.connectionsWaiting(),
    );
    addGauge(registry, 'streams_active', 'Streams that are running.', () => readings.streamsActive());
    this.#operation = new OperationMetrics(registry);
    addQuotaMetrics(registry, quotas);
    addLimitMetrics(registry, limits);
    this.#xmppConnected = addGauge(registry, 'xmpp_connected', '1 while joined to the XMPP server, else 0.');
    new Gauge({
      name: `${PREFIX}build_info`,
      help: 'Always 1; the labels tell what is running.',
      labelNames: ['version', 'engine', 'node'],
      registers: [registry],
    }).set({ version, engine, node: process.versions.node }, 1);
  }

  observe(fact: Fact): void {
    if (fact.kind === 'xmpp-online') this.#xmppConnected.set(1);
    if (fact.kind === 'xmpp-offline') this.#xmppConnected.set(0);
    count(fact, this.#counters);
    this.#operation.observe(fact);
  }

  async expose(): Promise<Exposition> {
    this.#beginProcessMetrics();
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  async describe(): Promise<MetricDescription[]> {
    this.#beginProcessMetrics();
    const metrics = await this.#registry.getMetricsAsJSON();
    return metrics.map(({ name, type, help, values }) => {
      return { name, type: String(type), help, labels: labelValues(values.map((value) => value.labels)) };
    });
  }

  /** Idempotent. */
  #beginProcessMetrics(): void {
    if (this.#hasProcessMetrics) return;
    this.#hasProcessMetrics = true;
    collectProcessMetrics(this.#registry, PREFIX);
  }
}

type Counters = ReturnType<typeof createCounters>;

function createCounters(registry: Registry, readings: Readings) {
  const counter = (name: string, help: string) =>
    new Counter({ name: `${PREFIX}${name}`, help, registers: [registry] });
  const labelled = <Label extends string>(
    name: string,
    help: string,
    label: Label,
    values: readonly string[],
  ) => {
    const made = new Counter({ name: `${PREFIX}${name}`, help, labelNames: [label], registers: [registry] });
    for (const value of values) made.labels(value).inc(0);
    return made;
  };
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `${PREFIX}${name}`, help, buckets, registers: [registry] });
  new Counter({
    name: `${PREFIX}relayed_bytes_total`,
    help: 'Bytes delivered by all streams; moves while they run. First is the peer that connected first.',
    labelNames: ['direction'],
    registers: [registry],
    collect() {
      const { firstToSecond, secondToFirst } = readings.relayed();
      this.reset();
      this.labels('first_to_second').inc(firstToSecond);
      this.labels('second_to_first').inc(secondToFirst);
    },
  });
  return {
    handshakes: labelled('handshakes_total', 'SOCKS5 handshakes by result.', 'result', handshakeResults),
    waitingEnds: labelled(
      'waiting_ended_total',
      'Connections that waited for an activation in vain, by what ended them.',
      'reason',
      waitingEndReasons,
    ),
    queries: labelled('address_queries_total', 'Address queries by result.', 'result', addressQueryResults),
    activations: labelled('activations_total', 'Activations by result.', 'result', requestResults),
    refusals: labelled(
      'refusals_total',
      'Handshakes, address queries and activations that were refused, by reason.',
      'reason',
      refusalReasons,
    ),
    streams: labelled('streams_total', 'Streams that have ended, by reason.', 'reason', streamEndReasons),
    setups: histogram(
      'stream_setup_seconds',
      'From the first of the two connections of a stream to its activation.',
      SETUP_BUCKETS,
    ),
    durations: histogram('stream_duration_seconds', 'How long ended streams lasted.', DURATION_BUCKETS),
    sizes: histogram('stream_size_bytes', 'Bytes of ended streams, both directions together.', SIZE_BUCKETS),
    reconnects: counter(
      'xmpp_reconnects_total',
      'How often the XMPP server was joined again after a lost link.',
    ),
    workerRestarts: counter(
      'relay_worker_restarts_total',
      'Threads of the relay that died and were replaced.',
    ),
    acceptFailures: counter('accept_failures_total', 'Connections that the system could not hand over.'),
  };
}

function addGauge(registry: Registry, name: string, help: string, read?: () => number): Gauge {
  const collect = read && {
    collect(this: Gauge) {
      this.set(read());
    },
  };
  return new Gauge({ name: `${PREFIX}${name}`, help, registers: [registry], ...collect });
}

/** Facts that only the log tells are not counted; operation-metrics.ts has those about the operation. */
function count(fact: Fact, counters: Counters): void {
  switch (fact.kind) {
    case 'handshake':
      counters.handshakes.inc({ result: fact.result });
      if (isRefusal(fact.result)) counters.refusals.inc({ reason: fact.result });
      break;
    case 'waiting-ended':
      counters.waitingEnds.inc({ reason: fact.why });
      break;
    case 'address-query':
      counters.queries.inc({ result: fact.result });
      if (isRefusal(fact.result)) counters.refusals.inc({ reason: fact.result });
      break;
    case 'activation':
      counters.activations.inc({ result: fact.result });
      if (isRefusal(fact.result)) counters.refusals.inc({ reason: fact.result });
      break;
    case 'stream-opened':
      counters.setups.observe(fact.setupMs / 1000);
      break;
    case 'stream-closed': {
      const { bytes, durationMs, reason } = fact.summary;
      counters.streams.inc({ reason });
      counters.durations.observe(durationMs / 1000);
      counters.sizes.observe(bytes.firstToSecond + bytes.secondToFirst);
      break;
    }
    case 'xmpp-online':
      if (fact.reconnect) counters.reconnects.inc();
      break;
    case 'accept-failed':
      counters.acceptFailures.inc();
      break;
    case 'relay-worker-died':
      counters.workerRestarts.inc();
      break;
    default:
      break;
  }
}
