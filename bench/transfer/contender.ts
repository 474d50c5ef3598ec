// Somebody who moves a file on this machine from one process to another.

import { cpuSeconds } from '../process-usage.ts';

export interface TransferContender {
  readonly title: string;
  /** Moves the file once. @throws Error when it did not arrive whole */
  move(file: BenchFile): Promise<Moved>;
  stop(): Promise<void>;
}

/** From the offer to the receiver's last word. */
export interface Moved {
  readonly seconds: number;
  /** CPU time of sender and receiver, in seconds. */
  readonly cpuSeconds: number;
}

export interface BenchFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** The longest that one transfer may take, in milliseconds. */
export const MOVE_MS = 170_000;

/** What is used from now on. Each process may end as soon as it has been read. */
export function startMeter(pids: { readonly sender: number; readonly receiver: number }): Meter {
  const [began, sender, receiver] = [performance.now(), cpuSeconds(pids.sender), cpuSeconds(pids.receiver)];
  return {
    sender: () => cpuSeconds(pids.sender) - sender,
    receiver: () => cpuSeconds(pids.receiver) - receiver,
    seconds: () => (performance.now() - began) / 1000,
  };
}

export interface Meter {
  sender(): number;
  receiver(): number;
  seconds(): number;
}
