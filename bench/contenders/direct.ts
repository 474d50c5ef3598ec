// Nothing between sender and receiver: what the machine itself can do.

import type { Contender } from './contender.ts';

export const direct: Contender = {
  id: 'direct',
  title: 'direct',
  async start() {
    return {
      title: this.title,
      route: { kind: 'direct' },
      pid: undefined,
      version: '',
      async stop() {},
    };
  },
};
