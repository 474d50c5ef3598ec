// One of the two people of the demo: an @xmpp/client that asks, answers and can be called off.

import { type Client, client } from '@xmpp/client';
import { attribute, type Element, xml } from '../../wire/xml.ts';
import { unlessAborted, within } from './deadline.ts';

const LOGIN_MS = 15_000;
const LOGOUT_MS = 5_000;

export interface Login {
  /** Such as `xmpp://127.0.0.1:5222`. */
  readonly service: string;
  readonly domain: string;
  readonly username: string;
  readonly password: string;
  readonly resource: string;
}

/** What a handler answers: the result's payload, or a stanza error with its type. */
export type Answer = Element | { readonly condition: string; readonly type: 'cancel' | 'modify' };

const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

export class User {
  readonly jid: string;
  readonly #client: Client;

  private constructor(client: Client, jid: string) {
    this.#client = client;
    this.jid = jid;
  }

  /** @throws Error when the server refuses, or does not answer in time */
  static async logIn(login: Login, signal: AbortSignal): Promise<User> {
    const connection = client({ ...login, timeout: LOGIN_MS });
    connection.reconnect.stop();
    connection.on('error', () => {}); // an error during the login rejects start(); one after it fails what is asked
    try {
      const jid = await unlessAborted(
        connection.start(),
        `${login.username}'s login`,
        within(LOGIN_MS, signal),
      );
      return new User(connection, jid.toString());
    } catch (error) {
      await connection.stop().catch(() => {});
      throw error;
    }
  }

  /**
   * Sends a request and waits for its result.
   * @param ms deadline in milliseconds
   * @throws the stanza error of the answer, or an Error when the deadline passes
   */
  async ask(
    type: 'get' | 'set',
    to: string,
    payload: Element,
    ms: number,
    signal: AbortSignal,
  ): Promise<Element> {
    const request = this.#client.iqCaller.request(xml('iq', { type, to }, payload), ms);
    return unlessAborted(request, `an answer from ${to}`, within(ms, signal));
  }

  /** Answers the sets that come with this payload; a handler that throws is answered for with an internal error. */
  answer(
    namespace: string,
    name: string,
    handler: (payload: Element, from: string) => Promise<Answer>,
  ): void {
    this.#client.iqCallee.set(namespace, name, async ({ stanza, element }) => {
      const answer = await handler(element, attribute(stanza, 'from') ?? '');
      if (!('condition' in answer)) return answer;
      return xml('error', { type: answer.type }, xml(answer.condition, { xmlns: STANZAS }));
    });
  }

  /** Closes the stream in order; one that is gone already is closed enough. */
  async logOut(): Promise<void> {
    const stopped = this.#client.stop().catch(() => {});
    await unlessAborted(stopped, 'the end of a stream', AbortSignal.timeout(LOGOUT_MS)).catch(() => {});
  }
}
