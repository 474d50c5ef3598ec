// Writing a file from some place on, in order: little pieces wait until they are worth a write.

import type { FileHandle } from 'node:fs/promises';
import type { StorageError } from '../errors.ts';
import { explainStorage } from './explain-storage.ts';

/** Less waits, in bytes; a crash loses it. */
const WORTH_A_WRITE = 64 * 1024;

export class FileWriter {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #waiting = Buffer.allocUnsafe(WORTH_A_WRITE);
  #length = 0;
  #position: number;
  #failure: StorageError | undefined;

  constructor(handle: FileHandle, path: string, position: number) {
    this.#handle = handle;
    this.#path = path;
    this.#position = position;
  }

  /**
   * One call at a time; the chunk is not needed any more when it resolves.
   * @throws StorageError also each time after one, so that no gap is left in the file
   */
  async write(chunk: Buffer): Promise<void> {
    if (this.#length + chunk.length > WORTH_A_WRITE) await this.flush();
    if (chunk.length < WORTH_A_WRITE) this.#length += chunk.copy(this.#waiting, this.#length);
    else await this.#writeAll(chunk);
  }

  /** Resolves when nothing waits any more. @throws StorageError */
  async flush(): Promise<void> {
    const length = this.#length;
    this.#length = 0;
    await this.#writeAll(this.#waiting.subarray(0, length));
  }

  /** The system may write less than it is given, as when the disc is nearly full. */
  async #writeAll(bytes: Buffer): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.#position);
        done += bytesWritten;
        this.#position += bytesWritten;
      }
    } catch (error) {
      this.#failure = explainStorage(error, `${this.#path} cannot be written`);
      throw this.#failure;
    }
  }
}
