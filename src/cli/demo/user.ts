// One of the two people of the demo: logged in with @xmpp/client, sending and receiving with the client library.

import { type Client, client } from '@xmpp/client';
import { limited } from '../../client/deadline.ts';
import { Session } from '../../client/index.ts';
import { hastenScram } from '../account/scram.ts';

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

export class User {
  readonly jid: string;
  readonly session: Session;
  readonly #client: Client;

  private constructor(client: Client, jid: string) {
    this.#client = client;
    this.jid = jid;
    this.session = new Session(client);
  }

  /** @throws Error when the server refuses, or does not answer in time */
  static async logIn(login: Login, signal: AbortSignal): Promise<User> {
    const connection = client({ ...login, timeout: LOGIN_MS });
    hastenScram(connection);
    connection.reconnect.stop();
    connection.on('error', () => {}); // an error during the login rejects start(); one after it fails what is asked
    try {
      const jid = await limited(connection.start(), `${login.username}'s login`, LOGIN_MS, signal);
      return new User(connection, jid.toString());
    } catch (error) {
      await connection.stop().catch(() => {});
      throw error;
    }
  }

  /** Closes the stream in order; one that is gone already is closed enough. */
  async logOut(): Promise<void> {
    const stopped = this.#client.stop().catch(() => {});
    await limited(stopped, 'the end of a stream', LOGOUT_MS).catch(() => {});
  }
}
