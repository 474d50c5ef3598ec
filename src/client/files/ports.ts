// Where the bytes of a file come from and where they go, as sendFile and receiveFiles see it.

import type { OfferedFile } from '../../wire/si-file.ts';

/** Something that can be sent. */
export interface FileSource {
  /** Without folders. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly date?: Date;
  /** True when reading can begin anywhere, and more than once: the condition for ranges, for `md5` and for a second try. */
  readonly isSeekable: boolean;
  /**
   * So many bytes from there on; fewer, when the file has shrunk meanwhile. What is opened is read to the end or
   * destroyed.
   * @param reuse each chunk may be overwritten when the next one is asked for; for those who keep none. Default false.
   * @throws StorageError, here or while it is read
   */
  open(offset: number, length: number, reuse?: boolean): AsyncIterable<Buffer>;
  /** The MD5 of all bytes in lower-case hex, if `isSeekable`. @throws StorageError, CancelledError */
  md5(signal?: AbortSignal): Promise<string>;
}

/** Something that a file can be received into. */
export interface FileSink {
  /**
   * Gets ready for a file that is about to be accepted, and says what is there of it already from a transfer that
   * was interrupted.
   * @throws StorageError when there is no room, or no way to write
   */
  open(file: OfferedFile, from: string): Promise<OpenedSink>;
}

/** One file on its way in. Ended by `finish` or by `abort`. */
export interface OpenedSink {
  /** How many bytes are there already; not 0 only if the file that is offered has ranges. */
  readonly offset: number;
  /** Whether chunks are looked at after `write` has resolved: else their memory is used again. Default true. */
  readonly keepsChunks?: boolean;
  /** One call at a time. @throws StorageError */
  write(chunk: Buffer): Promise<void>;
  /**
   * All bytes have come: compares the whole file, what was there before included, with the offered MD5 if there is
   * one, and puts it into its place.
   * @throws HashMismatchError, StorageError
   */
  finish(): Promise<StoredFile>;
  /**
   * It ends here, perhaps while a `write` has not come back; what has come is kept for another try where that is
   * possible. Does not throw. Idempotent.
   */
  abort(): Promise<void>;
}

export interface StoredFile {
  /** Where it is, for a sink that keeps files. */
  readonly path?: string;
  /** Of the whole file. */
  readonly bytes: number;
  /** Of the whole file, in lower-case hex. */
  readonly sha256: string;
}
