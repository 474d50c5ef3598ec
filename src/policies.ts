// What the configuration allows, put together: limits per address, classes, rates and quotas; and how all of it changes.

import type { Config } from './config/schema.ts';
import { AddressLimits } from './policy/address-limits.ts';
import { AdmissionControl } from './policy/admission.ts';
import { noQuotas, type QuotaLedger } from './policy/quota.ts';
import { RateTable } from './policy/rate.ts';
import type { Clock } from './rendezvous/ports.ts';
import type { TableOptions } from './rendezvous/table.ts';

export class Policies {
  readonly addresses: AddressLimits;
  /** What the engine draws from. */
  readonly rates = new RateTable();
  readonly admission: AdmissionControl;

  /** @param ledger where bytes are counted; default: nowhere */
  constructor(config: Config, clock: Clock, ledger: QuotaLedger = noQuotas) {
    this.addresses = new AddressLimits(config.limits, () => clock.now());
    this.admission = new AdmissionControl(config, this.rates, ledger);
  }

  tableOptions({ limits, timeouts }: Config): TableOptions {
    return {
      maxWaiting: limits.waiting,
      maxStreams: limits.streams,
      pendingMs: timeouts.pending,
      addresses: this.addresses,
    };
  }

  /** Other limits, classes and rates, also for the streams that run: none is ended for it at once. */
  reconfigure(config: Config): void {
    this.addresses.reconfigure(config.limits);
    this.admission.reconfigure(config);
  }
}
