// The clock of the real world, for the composition root.

import type { Clock } from './rendezvous/ports.ts';

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
