// A user of a real server, on @xmpp/client: finds the proxy as a client does, and offers or takes a bytestream.
// [XEP-0030] [XEP-0065 §4, §5.3]

import { client } from '@xmpp/client';
import { attribute, type Element, xml } from '../../../src/wire/xml.ts';
import type { XmppServer } from './xmpp-server.ts';

const BYTESTREAMS = 'http://jabber.org/protocol/bytestreams';
const DISCO_INFO = 'http://jabber.org/protocol/disco#info';
const DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
const IQ_MS = 10_000;

export interface Streamhost {
  readonly jid: string;
  readonly host: string;
  readonly port: number;
}

/** What a target is offered; it answers with the JID of the streamhost that it connected to. */
export type OfferHandler = (sid: string, from: string, streamhosts: readonly Streamhost[]) => Promise<string>;

export class XmppUser {
  readonly jid: string;
  readonly #client: ReturnType<typeof client>;
  #takeOffer: OfferHandler = async () => {
    throw new Error('no bytestream was expected');
  };

  static async login(
    server: Pick<XmppServer, 'c2sPort' | 'domain'>,
    username: string,
    password: string,
  ): Promise<XmppUser> {
    const service = `xmpp://127.0.0.1:${server.c2sPort}`;
    const connection = client({ service, domain: server.domain, username, password });
    // A restart of the server is part of the tests; whoever needs this user afterwards logs in again.
    connection.reconnect.stop();
    connection.on('error', () => {});
    const jid = await connection.start();
    return new XmppUser(connection, jid.toString());
  }

  private constructor(connection: ReturnType<typeof client>, jid: string) {
    this.#client = connection;
    this.jid = jid;
    connection.iqCallee.set(BYTESTREAMS, 'query', async ({ stanza, element }) => {
      const hosts = element.getChildren('streamhost').map(readStreamhost);
      const from = attribute(stanza, 'from') ?? '';
      const used = await this.#takeOffer(attribute(element, 'sid') ?? '', from, hosts);
      return xml('query', { xmlns: BYTESTREAMS }, xml('streamhost-used', { jid: used }));
    });
  }

  /** The JIDs in a server's list of services. */
  async services(domain: string): Promise<string[]> {
    const query = await this.#get(domain, DISCO_ITEMS);
    return query.getChildren('item').map((item) => attribute(item, 'jid') ?? '');
  }

  /** Identities as `category/type`, and features. */
  async discover(jid: string): Promise<{ identities: string[]; features: string[] }> {
    const query = await this.#get(jid, DISCO_INFO);
    const identities = query.getChildren('identity');
    return {
      identities: identities.map((it) => `${attribute(it, 'category')}/${attribute(it, 'type')}`),
      features: query.getChildren('feature').map((it) => attribute(it, 'var') ?? ''),
    };
  }

  async streamhostsOf(proxy: string): Promise<Streamhost[]> {
    const query = await this.#get(proxy, BYTESTREAMS);
    return query.getChildren('streamhost').map(readStreamhost);
  }

  onOffer(handler: OfferHandler): void {
    this.#takeOffer = handler;
  }

  /** Offers a streamhost to a target; the JID of the one that the target uses. */
  async offer(target: string, sid: string, streamhost: Streamhost): Promise<string> {
    const { jid, host, port } = streamhost;
    const entry = xml('streamhost', { jid, host, port: String(port) });
    const query = xml('query', { xmlns: BYTESTREAMS, sid, mode: 'tcp' }, entry);
    const answer = await this.#client.iqCaller.set(query, target, IQ_MS);
    const used = answer?.getChild('streamhost-used');
    return (used && attribute(used, 'jid')) ?? '';
  }

  /** Rejects with the error of the proxy or of the server, or after `ms` milliseconds without an answer. */
  async activate(proxy: string, sid: string, target: string, ms = IQ_MS): Promise<void> {
    const query = xml('query', { xmlns: BYTESTREAMS, sid }, xml('activate', {}, target));
    await this.#client.iqCaller.set(query, proxy, ms);
  }

  async stop(): Promise<void> {
    await this.#client.stop();
  }

  async #get(to: string, xmlns: string): Promise<Element> {
    const query = await this.#client.iqCaller.get(xml('query', { xmlns }), to, IQ_MS);
    if (query === undefined) throw new Error(`${to} answered a query for ${xmlns} with nothing`);
    return query;
  }
}

function readStreamhost(element: Element): Streamhost {
  return {
    jid: attribute(element, 'jid') ?? '',
    host: attribute(element, 'host') ?? '',
    port: Number(attribute(element, 'port')),
  };
}
