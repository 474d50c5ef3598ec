// The pings by which the link is tested, and what they tell about a second instance. [XEP-0199 §4.3] [COMP-20]

import { randomUUID } from 'node:crypto';
import { attribute, childElements, type Element, isElement, xml } from '../wire/xml.ts';
import { PING } from './handlers/ping.ts';

/**
 * A component pings its own domain: Prosody 0.12 and ejabberd 23.01 both send the request straight back to it,
 * which proves both directions without any other host. If nothing comes, the parent domain is asked: any server
 * that hosts it answers.
 */
export class SelfPing {
  readonly #domain: string;
  readonly #parent: string;
  readonly #prefix = randomUUID();
  #count = 0;

  constructor(domain: string, parent: string | undefined) {
    this.#domain = domain;
    this.#parent = parent ?? domain;
  }

  /** A ping with an id of its own. [ENT-06] */
  write(again: boolean): Element {
    const id = `${this.#prefix}-${++this.#count}`;
    const to = again ? this.#parent : this.#domain;
    return xml('iq', { type: 'get', id, from: this.#domain, to }, xml('ping', { xmlns: PING }));
  }

  /**
   * True for a ping from our own domain that is not ours: another instance is joined under it. ejabberd 23.01
   * takes both and deals the stanzas out between them.
   */
  isAnothers(stanza: Element): boolean {
    return (
      stanza.name === 'iq' &&
      attribute(stanza, 'type') === 'get' &&
      attribute(stanza, 'from') === this.#domain &&
      childElements(stanza).some((child) => isElement(child, 'ping', PING)) &&
      !attribute(stanza, 'id')?.startsWith(this.#prefix)
    );
  }
}
