// Activations as the embedded server would route them, and the component's answers. [XEP-0065 §6.3.5]

import type { Testbed } from '../../src/testbed/testbed.ts';
import { attribute, type Element, xml } from '../../src/wire/xml.ts';

const BYTESTREAMS = 'http://jabber.org/protocol/bytestreams';

export class Activations {
  readonly #testbed: Testbed;
  readonly #proxy: string;
  readonly #asked = new Map<string, (answer: Element) => void>();
  #lastId = 0;

  constructor(testbed: Testbed, proxy: string) {
    this.#testbed = testbed;
    this.#proxy = proxy;
    testbed.on('stanza', (stanza) => {
      if (attribute(stanza, 'from') !== proxy) return;
      const id = attribute(stanza, 'id') ?? '';
      this.#asked.get(id)?.(stanza);
      this.#asked.delete(id);
    });
  }

  /** Has a transfer activated. @throws Error with the refusal */
  async ask(requester: string, sid: string, target: string): Promise<void> {
    this.#lastId += 1;
    const id = `bench-${this.#lastId}`;
    const answer = new Promise<Element>((resolve) => void this.#asked.set(id, resolve));
    const query = xml('query', { xmlns: BYTESTREAMS, sid }, xml('activate', {}, target));
    this.#testbed.route(xml('iq', { type: 'set', id, from: requester, to: this.#proxy }, query));
    const received = await answer;
    if (attribute(received, 'type') !== 'result')
      throw new Error(`the proxy answered ${received.toString()}`);
  }
}
