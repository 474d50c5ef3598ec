// The file over a plain TCP connection: read here, written there, nothing else done. Two processes, as the others are.
//
// `plain-copy.ts receive FILE` prints its port, then, when the file is written, `done` and the CPU time that it took in
// seconds; `plain-copy.ts send PORT FILE` prints `sending`, then the same.

import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { Child } from '../../test/support/interop/child.ts';
import { MOVE_MS, type TransferContender } from './contender.ts';

const SELF = fileURLToPath(import.meta.url);
const READ_AT_A_TIME = 512 * 1024;
const START_MS = 20_000;
const DONE = /^done (.*)$/;

const cpuIn = (line: string) => Number(DONE.exec(line)?.[1]);

export function plainCopy(folder: string): TransferContender {
  const start = (...args: string[]) =>
    new Child({ title: 'plain copy', command: process.execPath, args: ['--import', 'tsx', SELF, ...args] });
  return {
    title: 'a plain TCP copy',
    async move({ path }) {
      const copy = join(folder, 'plain-copy.bin');
      const receiver = start('receive', copy);
      const { text: port } = await receiver.line(/^\d+$/, START_MS);
      const sender = start('send', port, path);
      await sender.line(/^sending$/, START_MS);
      const began = performance.now();
      const sent = sender.line(DONE, MOVE_MS);
      const { text: received } = await receiver.line(DONE, MOVE_MS);
      const seconds = (performance.now() - began) / 1000;
      const cpuSeconds = cpuIn(received) + cpuIn((await sent).text);
      await Promise.all([sender.exit(START_MS), receiver.exit(START_MS)]);
      await rm(copy);
      return { seconds, cpuSeconds };
    },
    stop: async () => {},
  };
}

async function receive(file: string): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : '');
  const [socket]: Socket[] = await once(server, 'connection');
  server.close();
  if (socket === undefined) throw new Error('nobody connected');
  const done = startUsage();
  await pipeline(socket, createWriteStream(file));
  done();
}

async function send(port: number, file: string): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  console.log('sending');
  const done = startUsage();
  await pipeline(createReadStream(file, { highWaterMark: READ_AT_A_TIME }), socket);
  done();
}

/** Prints what this process has used since. */
function startUsage(): () => void {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    console.log(`done ${(user + system) / 1e6}`);
  };
}

if (process.argv[1] === SELF) {
  const [role, ...words] = process.argv.slice(2);
  if (role === 'receive') await receive(words[0] ?? '');
  if (role === 'send') await send(Number(words[0]), words[1] ?? '');
}
