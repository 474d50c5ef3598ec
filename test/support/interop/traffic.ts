// What a proxy sees on an ordinary day, in a hurry: transfers of many sizes, some refused, some given up, a port scan.

import { randomUUID } from 'node:crypto';
import { once, setMaxListeners } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { SocksClient } from 'socks';
import { type SessionKey, sessionKey } from '../../../src/wire/session-key.ts';
import type { ComponentPort } from '../../soak/component-port.ts';

export interface TrafficSite {
  readonly server: ComponentPort;
  /** The proxy's SOCKS port on 127.0.0.1. */
  readonly port: number;
  /** The proxy's JID. */
  readonly domain: string;
}

const PEOPLE = 12;
/** Of one piece of a transfer, in bytes; a transfer has up to PIECES of them. */
const PIECE = 64 * 1024;
const PIECES = 60;
const BOB = 'bob@example.net/work';

/** Goes on until the signal; what is under way then is let go. Failures of the transport are part of the day. */
export async function makeTraffic(site: TrafficSite, signal: AbortSignal): Promise<void> {
  setMaxListeners(0, signal); // everybody listens to it
  const person = async (number: number) => {
    while (!signal.aborted) {
      const deed = deeds[Math.floor(Math.random() * deeds.length)] ?? transfer;
      await deed(site, `user${number}@example.org/desk`, signal).catch(() => {});
      await pause(Math.random() * 500, undefined, { signal }).catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: PEOPLE }, (_, number) => person(number)));
}

type Deed = (site: TrafficSite, jid: string, signal: AbortSignal) => Promise<void>;

/** From the party that connected first, or to it, in pieces and at leisure. */
async function transfer(site: TrafficSite, jid: string, signal: AbortSignal): Promise<void> {
  const sid = randomUUID();
  const key = sessionKey(sid, jid, BOB);
  const [first, second] = [await join(site, key), await join(site, key)];
  try {
    await activate(site, jid, sid);
    const [from, to] = Math.random() < 0.7 ? [second, first] : [first, second];
    to.resume();
    for (let left = 1 + Math.random() * PIECES; left > 0 && !signal.aborted; left--) {
      if (!from.write(Buffer.alloc(PIECE))) await once(from, 'drain', { signal });
      await pause(Math.random() * 40, undefined, { signal });
    }
    from.end();
    await once(to, 'end', { signal });
  } finally {
    first.destroy();
    second.destroy();
  }
}

/** Nobody waits under its key. */
async function activateNothing(site: TrafficSite, jid: string): Promise<void> {
  await activate(site, jid, randomUUID());
}

/** Connects, and goes away before the other one comes. */
async function giveUp(site: TrafficSite, jid: string, signal: AbortSignal): Promise<void> {
  const socket = await join(site, sessionKey(randomUUID(), jid, BOB));
  await pause(Math.random() * 1000, undefined, { signal }).finally(() => socket.destroy());
}

async function scan({ port }: TrafficSite): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.end('GET / HTTP/1.0\r\n\r\n').resume();
  await once(socket, 'close');
}

/** Most do what the proxy is for. */
const deeds: readonly Deed[] = [...Array<Deed>(12).fill(transfer), activateNothing, giveUp, giveUp, scan];

async function join({ port }: TrafficSite, key: SessionKey): Promise<Socket> {
  const { socket } = await SocksClient.createConnection({
    proxy: { host: '127.0.0.1', port, type: 5 },
    command: 'connect',
    destination: { host: key, port: 0 },
  });
  socket.on('error', () => {});
  return socket;
}

async function activate({ server, domain }: TrafficSite, jid: string, sid: string): Promise<void> {
  const query = `<query xmlns='http://jabber.org/protocol/bytestreams' sid='${sid}'><activate>${BOB}</activate></query>`;
  await server.ask(jid, domain, 'set', query);
}
