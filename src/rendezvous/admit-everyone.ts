// The admission of a proxy without policy: no class, no limit.

import type { Admission, Grant } from './ports.ts';

const grant: Grant = {
  className: 'default',
  rates: [],
  idleMs: Number.POSITIVE_INFINITY,
  durationMs: Number.POSITIVE_INFINITY,
  charge: () => 'go-on',
  release: () => {},
};

export const admitEveryone: Admission = { admit: () => ({ ok: true, grant }) };
