// The time between the signal to stop and the end: nobody new comes in, who is there may finish. [S5B-P-73] [S5B-P-88]

import type { Clock, Observer } from '../rendezvous/ports.ts';
import type { Table } from '../rendezvous/table.ts';
import type { XmppLink } from '../xmpp/link.ts';
import type { Listeners } from './listeners.ts';

/** How often the log tells how far it is, in milliseconds. */
const PROGRESS_MS = 5000;

export interface DrainParts {
  readonly table: Table;
  readonly listeners: Pick<Listeners, 'stopAccepting'>;
  readonly link: Pick<XmppLink, 'retire' | 'stop' | 'yielded'>;
  readonly observer: Observer;
  readonly clock: Clock;
}

export interface DrainOptions {
  /** How long it may take, in milliseconds. */
  readonly graceMs: number;
  /** `leave` gives the component's name to a new process at once, and ends what waits. */
  readonly link: 'keep' | 'leave';
}

/** Resolves when nothing is left that could finish, or when the time is up. Never rejects. */
export async function drain(parts: DrainParts, options: DrainOptions): Promise<void> {
  const { table, listeners, link, observer, clock } = parts;
  const { graceMs } = options;
  const ends = clock.now() + graceMs;
  const inNumbers = () => ({ streams: table.streamsActive(), waiting: table.connectionsWaiting() });
  observer.observe({ kind: 'draining', ...inNumbers(), graceMs });

  const { nobodyWaits, finished } = table.drain();
  // As long as someone waits, the other party is let in.
  void nobodyWaits.then(() => listeners.stopAccepting());
  link.retire();
  if (options.link === 'leave') void link.stop();
  // Without the link no activation comes any more.
  if (options.link === 'leave') table.dismissAll();
  else void link.yielded.then(() => table.dismissAll());

  let cancel = () => {};
  const tellProgress = () => {
    observer.observe({ kind: 'drain-progress', ...inNumbers(), leftMs: ends - clock.now() });
    cancel = clock.after(PROGRESS_MS, tellProgress);
  };
  cancel = clock.after(PROGRESS_MS, tellProgress);
  await within(finished, graceMs, clock);
  cancel();
}

/** Resolves when the promise has resolved, or after so many milliseconds. */
function within(promise: Promise<void>, ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    void promise.then(() => {
      cancel();
      resolve();
    });
  });
}
