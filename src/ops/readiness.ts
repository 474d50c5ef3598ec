// Whether the proxy can do its work now: listening, joined to the server, and not about to stop.

import type { Fact, Observer } from '../rendezvous/ports.ts';

/** One condition, with its state in words. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** Worth knowing, but no reason to take the proxy out of service. */
  readonly advisory?: true;
}

export class Readiness implements Observer {
  #listeners: number;
  #listening = 0;
  #xmpp: Omit<Check, 'name'> = { ok: false, detail: 'has not joined the XMPP server yet' };
  #stopping = false;
  #selfCheck: Omit<Check, 'name'> | undefined;

  /** @param listeners how many have to be open, until a reload says otherwise */
  constructor(listeners: number) {
    this.#listeners = listeners;
  }

  observe(fact: Fact): void {
    if (fact.kind === 'listening') this.#listening++;
    if (fact.kind === 'stopped-listening') this.#listening--;
    if (fact.kind === 'reloaded') {
      this.#listeners = fact.listeners;
      if (!fact.selfCheck) this.#selfCheck = undefined;
    }
    if (fact.kind === 'self-check') this.#selfCheck = describeSelfCheck(fact);
    if (fact.kind === 'xmpp-online') {
      this.#xmpp = { ok: true, detail: `joined ${fact.service} as ${fact.domain}` };
    }
    if (fact.kind === 'xmpp-offline') {
      this.#xmpp = { ok: false, detail: `not joined to the XMPP server: ${fact.reason}` };
    }
    if (fact.kind === 'draining' || fact.kind === 'stopped') this.#stopping = true;
  }

  checks(): Check[] {
    const listening = `${this.#listening} of ${this.#listeners} listeners open`;
    return [
      { name: 'listening', ok: this.#listening >= this.#listeners, detail: listening },
      { name: 'xmpp', ...this.#xmpp },
      {
        name: 'running',
        ok: !this.#stopping,
        detail: this.#stopping ? 'stopping, takes nobody new' : 'takes new streams',
      },
      ...(this.#selfCheck ? [{ name: 'self-check', ...this.#selfCheck }] : []),
    ];
  }
}

function describeSelfCheck({ result, findings }: Extract<Fact, { kind: 'self-check' }>): Omit<Check, 'name'> {
  const detail = findings.length === 0 ? 'clients reach what they are told' : findings.join(' ');
  return { ok: result === 'ok', detail, advisory: true };
}
