// The whole XEP-0065 exchange between two users of a real server, through a proxy, with an independent SOCKS client.
// [XEP-0065 §6.3]

import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { SocksClient } from 'socks';
import { within } from './deadline.ts';
import type { Streamhost, XmppUser } from './xmpp-user.ts';

const SOCKS_MS = 10_000;
const STEP_MS = 20_000;

/** The two ends of an activated bytestream. Bytes written to one are counted and hashed as they arrive at the other. */
export class ProxiedStream {
  readonly #sender: Socket;
  readonly #receiver: Socket;
  readonly #sent = createHash('sha256');
  readonly #received = createHash('sha256');
  readonly #end: Promise<unknown>;
  #bytesSent = 0;
  #bytesReceived = 0;

  static async open(requester: XmppUser, target: XmppUser, proxy: string): Promise<ProxiedStream> {
    const [streamhost] = await requester.streamhostsOf(proxy);
    if (streamhost === undefined) throw new Error(`${proxy} gave no streamhost`);
    const sid = randomUUID();
    const key = createHash('sha1').update(`${sid}${requester.jid}${target.jid}`).digest('hex');
    const receiver = new Promise<Socket>((resolve, reject) => {
      target.onOffer(async (_sid, _from, [offered]) => {
        if (offered === undefined) throw new Error('the offer has no streamhost');
        await connect(offered, key).then(resolve, reject);
        return offered.jid;
      });
    });
    await requester.offer(target.jid, sid, streamhost);
    const sender = await connect(streamhost, key);
    await requester.activate(proxy, sid, target.jid);
    return new ProxiedStream(sender, await receiver);
  }

  private constructor(sender: Socket, receiver: Socket) {
    this.#sender = sender;
    this.#receiver = receiver;
    this.#end = once(receiver, 'end');
    this.#end.catch(() => {});
    receiver.on('data', (chunk: Buffer) => {
      this.#received.update(chunk);
      this.#bytesReceived += chunk.length;
      receiver.emit('counted');
    });
    receiver.resume();
  }

  /** Writes, and waits until all of it has come out at the other end. */
  async pass(bytes: Buffer): Promise<void> {
    this.#sent.update(bytes);
    this.#bytesSent += bytes.length;
    this.#sender.write(bytes);
    while (this.#bytesReceived < this.#bytesSent) {
      await within(STEP_MS, `byte ${this.#bytesSent} of a transfer`, once(this.#receiver, 'counted'));
    }
  }

  /** Ends the stream from the sender's side; both SHA-256 sums when the receiver has seen the end. */
  async finish(): Promise<{ sent: string; received: string }> {
    this.#sender.end();
    await within(STEP_MS, 'the end of a transfer', this.#end);
    this.#receiver.end();
    return { sent: this.#sent.digest('hex'), received: this.#received.digest('hex') };
  }
}

async function connect(streamhost: Streamhost, key: string): Promise<Socket> {
  const { socket } = await SocksClient.createConnection({
    proxy: { host: streamhost.host, port: streamhost.port, type: 5 },
    command: 'connect',
    destination: { host: key, port: 0 },
    timeout: SOCKS_MS,
  });
  return socket;
}
