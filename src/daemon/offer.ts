// What the proxy offers and to whom, as the configuration in force has it: the access list, and the addresses that
// clients are told. [S5B-P-17] [S5B-P-18]

import { networkInterfaces } from 'node:os';
import { type Address, advertise } from '../config/advertise.ts';
import { formatAddress } from '../config/host.ts';
import type { Config } from '../config/schema.ts';
import type { Log } from '../ops/log.ts';
import { Access } from '../policy/access.ts';

export class Offer {
  readonly #log: Log;
  #access: Access;
  #streamhosts: readonly Address[];

  /** @param bound where the listeners are */
  constructor(config: Config, bound: readonly Address[], log: Log) {
    this.#log = log;
    this.#access = new Access(config.access, config.xmpp.domain);
    this.#streamhosts = [];
    this.#advertise(config, bound);
    this.#explainAccess();
  }

  /** Puts another configuration in force, and tells what is other than before. */
  change(config: Config, bound: readonly Address[]): void {
    const before = this.#access.describe();
    this.#access = new Access(config.access, config.xmpp.domain);
    if (this.#access.describe() !== before) this.#explainAccess();
    this.#advertise(config, bound);
  }

  isAllowed(jid: string): boolean {
    return this.#access.judge(jid).ok;
  }

  get streamhosts(): readonly Address[] {
    return this.#streamhosts;
  }

  #explainAccess(): void {
    const level = this.#access.closed ? 'warn' : 'info';
    this.#log[level]('who may use the proxy', { access: this.#access.describe() });
  }

  /** The self-check warns of what is not in order; without it, what can be seen of the addresses has to do. */
  #advertise(config: Config, bound: readonly Address[]): void {
    const { streamhosts, warnings } = advertise(config, bound, networkInterfaces());
    const told = streamhosts.map(({ host, port }) => formatAddress(host, port));
    const before = this.#streamhosts.map(({ host, port }) => formatAddress(host, port));
    this.#streamhosts = streamhosts;
    if (told.join() === before.join() && told.length > 0) return;
    this.#log.info('what clients are told', { streamhosts: told });
    if (config.selfCheck.enabled) return;
    for (const warning of warnings) this.#log.warn('clients may not reach what they are told', { warning });
  }
}
