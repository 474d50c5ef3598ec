// Read buffers, reused from stream to stream, and smaller the more streams share the memory.

const LARGEST_BYTES = 256 * 1024;
const SMALLEST_BYTES = 16 * 1024;
/** When so much is lent, buffers are at their smallest; and so much is kept for reuse. */
const BUDGET_BYTES = 64 * 1024 * 1024;

export class BufferPool {
  readonly #free = new Map<number, Buffer[]>();
  #freeBytes = 0;
  #lentBytes = 0;

  /** A buffer of 16 to 256 KiB, by how much is lent already. */
  take(): Buffer {
    let size = LARGEST_BYTES;
    while (size > SMALLEST_BYTES && this.#lentBytes + size * 16 > BUDGET_BYTES) size /= 2;
    this.#lentBytes += size;
    const buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size);
    this.#freeBytes -= size;
    return buffer;
  }

  /** Only when nothing reads into it or writes from it any more. */
  give(buffer: Buffer): void {
    const size = buffer.length;
    this.#lentBytes -= size;
    if (this.#freeBytes + size > BUDGET_BYTES) return;
    this.#freeBytes += size;
    const free = this.#free.get(size);
    if (free) free.push(buffer);
    else this.#free.set(size, [buffer]);
  }
}
