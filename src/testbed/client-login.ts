// The SASL part of a client's stream: offers mechanisms, carries their messages, counts failures. [RFC 6120 §6]

import { attribute, type Element, namespaceOf, xml } from '../wire/xml.ts';
import type { Accounts } from './accounts.ts';
import { MECHANISMS, type SaslCondition, type SaslExchange, type SaslStep } from './sasl.ts';
import type { Stream } from './stream.ts';

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const MAX_FAILURES = 3;

export class ClientLogin {
  readonly #stream: Stream;
  readonly #accounts: Accounts;
  #exchange: SaslExchange | undefined;
  #failures = 0;
  #username: string | undefined;

  constructor(stream: Stream, accounts: Accounts) {
    this.#stream = stream;
    this.#accounts = accounts;
  }

  /** The account that has logged in. */
  get username(): string | undefined {
    return this.#username;
  }

  /** Sends the features of a stream on which nobody has logged in yet. */
  offer(): void {
    const mechanisms = [...MECHANISMS.keys()].map((name) => xml('mechanism', {}, name));
    this.#stream.send(xml('stream:features', {}, xml('mechanisms', { xmlns: SASL }, ...mechanisms)));
  }

  /** Takes an element of the exchange; anything else before the login ends the stream. */
  take(element: Element): void {
    if (namespaceOf(element) !== SASL) this.#stream.close('not-authorized');
    else this.#answer(this.#step(element));
  }

  #step(element: Element): SaslStep {
    if (element.name === 'abort') return { state: 'failure', condition: 'aborted' };
    if (element.name === 'auth') {
      const begin = MECHANISMS.get(attribute(element, 'mechanism') ?? '');
      if (begin === undefined) return { state: 'failure', condition: 'invalid-mechanism' };
      this.#exchange = begin(this.#accounts);
    }
    const message = Buffer.from(element.getText(), 'base64').toString(); // `=` stands for an empty one, and decodes to it
    return this.#exchange?.step(message) ?? { state: 'failure', condition: 'malformed-request' };
  }

  #answer(step: SaslStep): void {
    if (step.state === 'failure') {
      this.#fail(step.condition);
      return;
    }
    const data = Buffer.from(step.data ?? '').toString('base64');
    this.#stream.send(xml(step.state, { xmlns: SASL }, data));
    if (step.state === 'success') {
      this.#username = step.username;
      this.#stream.restart();
    }
  }

  #fail(condition: SaslCondition): void {
    this.#exchange = undefined;
    this.#stream.send(xml('failure', { xmlns: SASL }, xml(condition)));
    this.#failures += 1;
    if (this.#failures === MAX_FAILURES) this.#stream.close('policy-violation');
  }
}
