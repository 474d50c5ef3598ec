// Transfers for programs: one JSON object a line.

import type { Reporter } from './reporter.ts';

/** Between two objects about the same file, in milliseconds. */
const EVERY_MS = 250;

export function createJsonReporter(print: (line: string) => void): Reporter {
  const tell = (event: string, fields: object) => print(JSON.stringify({ event, ...fields }));
  return {
    ready: (jid) => tell('ready', { jid, peer: jid }),
    begin({ peer, file, size }) {
      let told = Number.NEGATIVE_INFINITY;
      tell('offer', { peer, file, bytes: size });
      return {
        progress(bytes) {
          const now = performance.now();
          if (bytes < size && now - told < EVERY_MS) return;
          told = now;
          tell('progress', { peer, file, bytes, size });
        },
        done: ({ method, host, port, sha256, seconds, path, offset }) =>
          tell('done', { peer, file, bytes: size, method, host, port, sha256, seconds, path, offset }),
        failed: (error) => {
          const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
          tell('failed', { peer, file, bytes: size, error: error.message, code });
        },
      };
    },
    note: (text) => process.stderr.write(`streamhost: ${text}\n`),
    close: () => {},
  };
}
