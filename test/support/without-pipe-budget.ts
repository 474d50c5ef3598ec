// A program for a test: becomes the user in its first argument, uses up that user's budget of pipe pages, then moves streams through the zero-copy engine, and
// says on standard output how that went.

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { loadLibc } from '../../src/relay/splice/libc.ts';
import { Fcntl, Open } from '../../src/relay/splice/linux.ts';
import { SpliceRelay } from '../../src/relay/splice-relay.ts';
import { systemClock } from '../../src/system-clock.ts';

const STREAMS = 8;
const BYTES = 4 * 1024 * 1024;
const LARGE_BYTES = 1024 * 1024;
/** More than an ordinary user's 64 MiB. */
const MOST_PIPES = 200;

const libc = loadLibc();

/** A pipe, made as large as is allowed; false if it may not be large. */
function openPipe(bytes: number): boolean {
  const ends = new Int32Array(2);
  if (libc.pipe2(ends, Open.CLOEXEC) === -1) throw new Error(`pipe2 failed with errno ${libc.errno()}`);
  return libc.fcntl(ends[1] ?? -1, Fcntl.SETPIPE_SZ, bytes) !== -1;
}

/** Both ends of so many connections. */
async function connections(count: number): Promise<{ client: Socket; accepted: Socket }[]> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const pairs: { client: Socket; accepted: Socket }[] = [];
  while (pairs.length < count) {
    const accepting = once(server, 'connection');
    const client = connect({ host: '127.0.0.1', port: address.port, allowHalfOpen: true });
    const [accepted] = await accepting;
    pairs.push({ client, accepted });
  }
  server.close();
  return pairs;
}

async function digestOf(socket: Socket): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of socket) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const options = { earlyData: 'hold', halfCloseMs: 60_000, workers: 1 } as const;
// Everything is loaded before we become that user, to whom the folders of this Node.js may be closed.
await new SpliceRelay(libc, systemClock, options).close();
const user = Number(process.argv[2]);
process.setgroups?.([]);
process.setgid?.(user);
process.setuid?.(user);

for (let made = 0; made < MOST_PIPES && openPipe(LARGE_BYTES); made++);
while (openPipe(LARGE_BYTES / 8) || openPipe(LARGE_BYTES / 64));
const mayEnlarge = openPipe(LARGE_BYTES / 64);

const relay = new SpliceRelay(libc, systemClock, options);
const pairs = await connections(STREAMS * 2);
const peers = pairs.map(({ accepted }) => relay.hold(accepted, Buffer.alloc(0)));
const results: Promise<boolean>[] = [];
for (let i = 0; i < STREAMS; i++) {
  const [sender, receiver] = [pairs[2 * i], pairs[2 * i + 1]];
  const [first, second] = [peers[2 * i], peers[2 * i + 1]];
  if (!sender || !receiver || !first || !second) throw new Error('a stream has two peers');
  await relay.join(first, second);
  const payload = randomBytes(BYTES);
  const expected = createHash('sha256').update(payload).digest('hex');
  results.push(digestOf(receiver.client).then((digest) => digest === expected));
  sender.client.resume().end(payload);
  receiver.client.end();
}
const whole = (await Promise.all(results)).filter((isWhole) => isWhole).length;
await relay.close();
process.stdout.write(JSON.stringify({ uid: process.getuid?.(), mayEnlarge, streams: STREAMS, whole }));
