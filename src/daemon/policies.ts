// What the configuration allows, put together: limits per address, classes, rates and quotas; and how all of it changes.

import type { Config } from '../config/schema.ts';
import { AddressLimits } from '../policy/address-limits.ts';
import { AdmissionControl } from '../policy/admission.ts';
import { noQuotas, type QuotaLedger } from '../policy/quota.ts';
import { RateTable } from '../policy/rate.ts';
import type { Clock, LimitReading } from '../rendezvous/ports.ts';
import type { TableOptions } from '../rendezvous/table.ts';

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

  /** Each limit of the general keys, with what is taken of it. */
  readLimits(
    { limits }: Config,
    now: { handshakes: number; waiting: number; streams: number },
  ): LimitReading[] {
    const { ofUser, ofDomain } = this.admission.most;
    return [
      { name: 'handshakes', limit: limits.handshakes, used: now.handshakes },
      { name: 'waiting', limit: limits.waiting, used: now.waiting },
      { name: 'waitingPerAddress', limit: limits.waitingPerAddress, used: this.addresses.mostWaiting },
      { name: 'connectionsPerSecond', limit: limits.connectionsPerSecond },
      { name: 'streams', limit: limits.streams, used: now.streams },
      { name: 'streamsPerUser', limit: limits.streamsPerUser, used: ofUser },
      { name: 'streamsPerDomain', limit: limits.streamsPerDomain, used: ofDomain },
    ];
  }

  /** Other limits, classes and rates, also for the streams that run: none is ended for it at once. */
  reconfigure(config: Config): void {
    this.addresses.reconfigure(config.limits);
    this.admission.reconfigure(config);
  }
}
