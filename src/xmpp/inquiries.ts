// What the component itself asks others: a reply counts only with the right id from the right address. [ENT-06]

import { randomUUID } from 'node:crypto';
import type { Clock } from '../rendezvous/ports.ts';
import { attribute, type Element, xml } from '../wire/xml.ts';

/** More than are ever under way at once; whoever asks too much learns nothing. */
const MOST_AT_ONCE = 16;

interface Inquiry {
  readonly to: string;
  readonly settle: (reply: Element | undefined) => void;
}

export class Inquiries {
  readonly #domain: string;
  readonly #clock: Clock;
  readonly #open = new Map<string, Inquiry>();

  constructor(domain: string, clock: Clock) {
    this.#domain = domain;
    this.#clock = clock;
  }

  /**
   * Sends a get; resolves with the whole reply, an error or a result, or with undefined when none came within `ms`
   * milliseconds.
   */
  ask(to: string, payload: Element, ms: number, send: (iq: Element) => void): Promise<Element | undefined> {
    if (this.#open.size >= MOST_AT_ONCE) return Promise.resolve(undefined);
    const id = randomUUID();
    return new Promise((resolve) => {
      const settle = (reply: Element | undefined) => {
        cancel();
        this.#open.delete(id);
        resolve(reply);
      };
      const cancel = this.#clock.after(ms, () => settle(undefined));
      this.#open.set(id, { to, settle });
      send(xml('iq', { type: 'get', id, from: this.#domain, to }, payload));
    });
  }

  /** Takes a reply that somebody waits for. */
  take(stanza: Element): void {
    const type = attribute(stanza, 'type');
    if (stanza.name !== 'iq' || (type !== 'result' && type !== 'error')) return;
    const inquiry = this.#open.get(attribute(stanza, 'id') ?? '');
    if (inquiry?.to === attribute(stanza, 'from')) inquiry?.settle(stanza);
  }

  /** Nothing will come any more: the link is down. */
  end(): void {
    for (const { settle } of [...this.#open.values()]) settle(undefined);
  }
}
