// Writing to a file while more comes in: what has come meanwhile is written together.

import type { FileHandle } from 'node:fs/promises';
import { explainStorage } from './explain-storage.ts';

/** Less is not worth a write, in bytes; a crash loses it. */
const MIN_WRITE = 256 * 1024;
/** What may wait to be written, in bytes. */
const MAX_WAITING = 4 * 1024 * 1024;

/** The chunks are kept as they are until they are written; they must not change. */
export class WriteBehind {
  readonly #handle: FileHandle;
  readonly #path: string;
  #position: number;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #running: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(handle: FileHandle, path: string, position: number) {
    this.#handle = handle;
    this.#path = path;
    this.#position = position;
  }

  /** Resolves when there is room for more. @throws StorageError when this or an earlier chunk could not be written */
  async write(chunk: Buffer): Promise<void> {
    this.#waiting.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes >= MIN_WRITE) this.#running ??= this.#run();
    if (this.#bytes > MAX_WAITING) await this.#running;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves when everything is written. @throws StorageError */
  async flush(): Promise<void> {
    while (this.#failure === undefined && (this.#running !== undefined || this.#waiting.length > 0)) {
      this.#running ??= this.#run();
      await this.#running;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #run(): Promise<void> {
    try {
      do {
        const chunks = this.#waiting;
        this.#waiting = [];
        this.#bytes = 0;
        await this.#writeAll(chunks);
      } while (this.#bytes >= MIN_WRITE);
    } catch (error) {
      this.#failure = explainStorage(error, `${this.#path} cannot be written`);
    } finally {
      this.#running = undefined;
    }
  }

  /** The system may write less than it is given, as when the disc is nearly full. */
  async #writeAll(chunks: readonly Buffer[]): Promise<void> {
    let rest = chunks;
    while (rest.length > 0) {
      const { bytesWritten } = await this.#handle.writev(rest, this.#position);
      this.#position += bytesWritten;
      rest = without(rest, bytesWritten);
    }
  }
}

/** The chunks without their first bytes. */
function without(chunks: readonly Buffer[], count: number): Buffer[] {
  let left = count;
  return chunks.flatMap((chunk) => {
    const skipped = Math.min(left, chunk.length);
    left -= skipped;
    return skipped === chunk.length ? [] : [chunk.subarray(skipped)];
  });
}
