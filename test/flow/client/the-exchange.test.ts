// The exchange as it happens between two real clients, with its names, addresses and sizes, as a play in three acts:
// an address of the sender can be reached; only the proxy can; nothing can. [XEP-0095] [XEP-0096] [XEP-0065 §5-6]

import { createHash } from 'node:crypto';
import { connect as connectTcp, Socket } from 'node:net';
import { expect, it } from 'vitest';
import {
  type Connect,
  type ReceivedFile,
  receiveFiles,
  sendFile,
  type TransferEvent,
} from '../../../src/client/index.ts';
import { MemorySink } from '../../support/client/memory-sink.ts';
import { writeDown } from '../../support/client/play.ts';
import { TwoUsers } from '../../support/client/two-users.ts';

const NAME = 'sery-lvs-cluster.pdf';
const SIZE = 532_473;
const PRIVATE = ['192.168.8.104', '172.16.40.1', '192.168.172.1'];
const PUBLIC = '203.0.113.25';
const PROXY = { jid: 'proxy.xmpp.myserver.info', host: '172.17.0.7', port: 7777 };

const bytes = Buffer.from(Array.from({ length: SIZE }, (_, index) => (index * 31) % 251));
const sha256 = createHash('sha256').update(bytes).digest('hex');

const prologue = [
  'sender → receiver: what can you do?',
  'receiver → sender: Stream Initiation, files, SOCKS5 bytestreams, in-band bytestreams',
  'sender → proxy: what are you?',
  'proxy → sender: a proxy for SOCKS5 bytestreams',
  'sender → proxy: where do you listen?',
  'proxy → sender: at 172.17.0.7:7777',
  'sender → receiver: I offer sery-lvs-cluster.pdf of 532473 bytes, by SOCKS5 bytestreams or in-band bytestreams',
  'receiver → sender: I take it, by SOCKS5 bytestreams',
  'sender → receiver: connect to 192.168.8.104:PORT, 172.16.40.1:PORT, 192.168.172.1:PORT, 203.0.113.25:PORT or 172.17.0.7:7777',
];

it('act one: the public address of the sender can be reached, and the file goes straight', async () => {
  const play = await perform(() => ({ [PUBLIC]: (port) => port }));
  expect(play.lines).toEqual([...prologue, 'receiver → sender: I use you']);
  expect(play.tried).toEqual([...PRIVATE, PUBLIC]);
  expect(play.received).toMatchObject({ method: 's5b-direct', streamhost: { host: PUBLIC } });
  expect(play.sent).toMatchObject({ method: 's5b-direct' });
});

it('act two: only the proxy can be reached, and joins the two', async () => {
  const play = await perform((users) => ({ [PROXY.host]: () => users.socksPort }));
  expect(play.lines).toEqual([
    ...prologue,
    'receiver → sender: I use proxy.xmpp.myserver.info',
    'sender → proxy: join me with receiver',
    'proxy → sender: done',
  ]);
  expect(play.tried).toEqual([...PRIVATE, PUBLIC, PROXY.host]);
  expect(play.received).toMatchObject({ method: 's5b-proxy', streamhost: PROXY });
  expect(play.sent).toMatchObject({ method: 's5b-proxy', streamhost: PROXY });
});

it('act three: nothing can be reached, and the bytes go in-band [SI-I-18] [S5B-R-13] [S5B-T-10]', async () => {
  const play = await perform(() => ({}));
  expect(play.lines.slice(0, 14)).toEqual([
    ...prologue,
    'receiver → sender: no: item-not-found',
    'sender → receiver: I offer sery-lvs-cluster.pdf of 532473 bytes, by in-band bytestreams',
    'receiver → sender: I take it, by in-band bytestreams',
    'sender → receiver: let us begin, with blocks of 4096 bytes',
    'receiver → sender: done',
  ]);
  expect(play.lines.filter((line) => line === 'sender → receiver: a block')).toHaveLength(
    Math.ceil(SIZE / 4096),
  );
  expect(play.lines.slice(-2)).toEqual(['sender → receiver: that was all', 'receiver → sender: done']);
  expect(play.tried).toEqual([...PRIVATE, PUBLIC, PROXY.host]);
  expect(play.asked).toBe(1); // the person is not asked again [SI-R-12]
  expect([play.sent.method, play.received.method]).toEqual(['ibb', 'ibb']);
});

type Network = Readonly<Record<string, (port: number) => number>>;

/** A network in which only these hosts exist, and which port of this machine they really are. */
function networkOf(hosts: Network): { connect: Connect; tried: string[] } {
  const tried: string[] = [];
  const connect: Connect = ({ host, port }) => {
    tried.push(host);
    const real = hosts[host];
    if (real === undefined) return new Socket().destroy(new Error(`no route to ${host}`));
    return connectTcp({ host: '127.0.0.1', port: real(port), noDelay: true });
  };
  return { connect, tried };
}

/** The whole play; only what the receiver can reach is different from act to act. */
async function perform(receiversNetwork: (users: TwoUsers) => Network) {
  const { jid: proxy, ...streamhost } = PROXY;
  const users = await TwoUsers.start({ domain: 'xmpp.myserver.info', proxy, streamhost });
  const { lines } = writeDown(users, {
    [users.alice.jid]: 'sender',
    [users.bob.jid]: 'receiver',
    [proxy]: 'proxy',
  });
  const { connect, tried } = networkOf(receiversNetwork(users));
  const sink = new MemorySink();
  let asked = 0;
  const receiving = new Promise<ReceivedFile>((resolve) => {
    receiveFiles(
      users.bob,
      (offer) => {
        asked++;
        resolve(offer.accept({ to: sink }));
      },
      { connect },
    );
  });
  const events: TransferEvent[] = [];
  const sent = await sendFile(users.alice, {
    to: users.bob.jid,
    source: bytes,
    name: NAME,
    direct: { addresses: [...PRIVATE, PUBLIC] },
    connect: networkOf({ [PROXY.host]: () => users.socksPort }).connect,
    onEvent: (event) => events.push(event),
  });
  const received = await receiving;
  const whole = { name: NAME, bytes: SIZE, sha256, offset: 0 };
  expect(sent).toMatchObject({ ...whole, to: users.bob.jid });
  expect(received).toMatchObject({ ...whole, from: users.alice.jid });
  expect(sink.bytes.equals(bytes)).toBe(true);
  expect(events.at(-1)).toEqual({ event: 'progress', bytes: SIZE, total: SIZE });
  return { lines, tried, asked, sent, received };
}
