// The thread that has the store open: a slow disc holds up nobody else. Opens, then answers one call after another.

import { parentPort, workerData } from 'node:worker_threads';
import type { Call, Reply, ThreadStart } from './calls.ts';
import { LmdbSums } from './lmdb.ts';

const reply = (message: Reply) => parentPort?.postMessage(message);

try {
  const { folder }: ThreadStart = workerData;
  serve(LmdbSums.open(folder));
  reply({ ok: true, answer: undefined });
} catch (error) {
  refuse(error);
}

function serve(sums: LmdbSums): void {
  parentPort?.on('message', async (call: Call) => {
    try {
      reply({ ok: true, answer: await perform(sums, call) });
      if (call.operation === 'close') parentPort?.close();
    } catch (error) {
      refuse(error);
    }
  });
}

function perform(sums: LmdbSums, call: Call): unknown {
  switch (call.operation) {
    case 'add':
      return sums.add(call.given);
    case 'read':
      return sums.read(call.given);
    case 'forget':
      return sums.forget(call.given);
    case 'close':
      return sums.close();
  }
}

function refuse(error: unknown): void {
  reply({ ok: false, message: error instanceof Error ? error.message : String(error) });
}
