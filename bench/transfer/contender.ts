// Somebody who moves a file on this machine from one process to another.

export interface TransferContender {
  readonly title: string;
  /** Moves the file once; how long it took, in seconds. @throws Error when it did not arrive whole */
  move(file: BenchFile): Promise<number>;
  stop(): Promise<void>;
}

export interface BenchFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** The longest that one transfer may take, in milliseconds. */
export const MOVE_MS = 170_000;
