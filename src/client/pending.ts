// Requests that wait for their answer. An answer counts only from the JID that was asked. [RFC 6120 §8.2.3] [ENT-06]

import { bareJid, parseJid } from '../wire/jid.ts';
import { readStanzaError } from '../wire/stanza-error.ts';
import { attribute, type Element } from '../wire/xml.ts';
import { StanzaError } from './errors.ts';
import { isSameJid } from './same-jid.ts';

interface Waiting {
  readonly to: string;
  readonly own: string;
  settle(answer: Element): void;
}

export class Pending {
  readonly #waiting = new Map<string, Waiting>();

  /**
   * The answer to the request with this id, whoever waits for it no longer says `forget`.
   * The promise rejects with a StanzaError when the answer is one.
   */
  expect(id: string, to: string, own: string): Promise<Element> {
    const answer = new Promise<Element>((resolve, reject) => {
      const settle = (answer: Element) => {
        if (attribute(answer, 'type') === 'result') resolve(answer);
        else reject(new StanzaError(readStanzaError(answer), explain(answer, to)));
      };
      this.#waiting.set(id, { to, own, settle });
    });
    answer.catch(() => {}); // it may come before anybody looks
    return answer;
  }

  forget(id: string): void {
    this.#waiting.delete(id);
  }

  /** Gives an answer to whoever waits for it; anything else is passed over. */
  take(iq: Element): void {
    const [id, type] = [attribute(iq, 'id') ?? '', attribute(iq, 'type')];
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || (type !== 'result' && type !== 'error')) return;
    if (!mayAnswer(attribute(iq, 'from'), waiting)) return;
    this.#waiting.delete(id);
    waiting.settle(iq);
  }
}

/** Our own account and server may leave `from` out or write either. [RFC 6120 §8.1.2.1] */
function mayAnswer(from: string | undefined, { to, own }: Waiting): boolean {
  if (from !== undefined && isSameJid(from, to)) return true;
  const jid = parseJid(own);
  const account = jid === undefined ? own : bareJid(jid);
  const isOwnAccount = isSameJid(to, account);
  if (from === undefined) return isOwnAccount || isSameJid(to, jid?.domain ?? own);
  return isOwnAccount && (isSameJid(from, own) || isSameJid(from, jid?.domain ?? own));
}

function explain(answer: Element, to: string): string {
  const { condition, text } = readStanzaError(answer);
  return `${to} answered ${condition}${text === undefined ? '' : `: ${text}`}`;
}
