// Where the demo's file goes: it is counted and summed, and thrown away.

import { createHash } from 'node:crypto';
import type { FileSink } from '../../client/index.ts';

export const summingSink: FileSink = {
  async open() {
    const hash = createHash('sha256');
    let bytes = 0;
    return {
      offset: 0,
      write: async (chunk) => {
        hash.update(chunk);
        bytes += chunk.length;
      },
      finish: async () => ({ bytes, sha256: hash.digest('hex') }),
      abort: async () => {},
    };
  },
};
