// What the store's thread and the rest of the process say to each other.

import type { Counter, Increment } from '../policy/quota-store.ts';

/** Each operation with what it is given and what it answers. */
export interface Operations {
  add: { given: readonly Increment[]; answer: number[] };
  read: { given: readonly Counter[]; answer: number[] };
  forget: { given: { readonly day: string; readonly month: string }; answer: undefined };
  close: { given: undefined; answer: undefined };
}

export type Operation = keyof Operations;

export type Call = {
  [O in Operation]: { readonly operation: O; readonly given: Operations[O]['given'] };
}[Operation];

/** The first one says whether the store could be opened; the others answer the calls in their order. */
export type Reply =
  | { readonly ok: true; readonly answer: unknown }
  | { readonly ok: false; readonly message: string };

export interface ThreadStart {
  readonly folder: string;
}
