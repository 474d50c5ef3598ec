// Metrics of what operators do, and of what the proxy finds out about itself: drain, reload, self-check, audit.

import type { Fact, Observer } from '../rendezvous/ports.ts';
import { selfCheckResults } from './labels.ts';
import { Counter, Gauge, type Registry } from './prometheus.ts';

const PREFIX = 'streamhost_';
const RELOAD_RESULTS = ['ok', 'rejected'];

export class OperationMetrics implements Observer {
  readonly #draining: Gauge;
  readonly #reloads: Counter;
  readonly #lastReload: Gauge;
  readonly #selfCheckOk: Gauge;
  readonly #selfChecks: Counter;
  readonly #auditFailures: Counter;
  readonly #auditLost: Counter;

  constructor(registry: Registry) {
    const gauge = (name: string, help: string) =>
      new Gauge({ name: `${PREFIX}${name}`, help, registers: [registry] });
    const counter = (name: string, help: string, results?: readonly string[]) => {
      const labelNames = results === undefined ? [] : ['result'];
      const made = new Counter({ name: `${PREFIX}${name}`, help, labelNames, registers: [registry] });
      for (const result of results ?? []) made.inc({ result }, 0);
      return made;
    };
    this.#draining = gauge('draining', '1 from SIGTERM on, while running streams may finish; else 0.');
    this.#reloads = counter('reloads_total', 'Reloads of the configuration by result.', RELOAD_RESULTS);
    this.#lastReload = gauge(
      'config_last_reload_success_timestamp_seconds',
      'When the configuration in force was loaded, in seconds since 1970.',
    );
    this.#lastReload.setToCurrentTime();
    this.#selfCheckOk = gauge(
      'self_check_ok',
      '1 if clients reach every address that they are told, 0 if not, NaN while that is not known.',
    );
    this.#selfCheckOk.set(Number.NaN);
    this.#selfChecks = counter('self_checks_total', 'Self-checks by result.', selfCheckResults);
    this.#auditFailures = counter('audit_failures_total', 'How often the audit file began to refuse lines.');
    this.#auditLost = counter('audit_lines_lost_total', 'Lines that the audit file did not take in time.');
  }

  observe(fact: Fact): void {
    switch (fact.kind) {
      case 'draining':
        this.#draining.set(1);
        break;
      case 'reloaded':
        this.#reloads.inc({ result: 'ok' });
        this.#lastReload.setToCurrentTime();
        if (!fact.selfCheck) this.#selfCheckOk.set(Number.NaN);
        break;
      case 'reload-rejected':
        this.#reloads.inc({ result: 'rejected' });
        break;
      case 'self-check':
        this.#selfChecks.inc({ result: fact.result });
        this.#selfCheckOk.set(fact.result === 'unknown' ? Number.NaN : Number(fact.result === 'ok'));
        break;
      case 'audit-failed':
        this.#auditFailures.inc();
        break;
      case 'audit-resumed':
        this.#auditLost.inc(fact.lost);
        break;
      default:
        break;
    }
  }
}
