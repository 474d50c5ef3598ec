// What can be received into, as a sink: a folder, or a sink of somebody's own making.

import { directorySink } from '../files/directory-sink.ts';
import type { FileSink } from '../files/ports.ts';

/** The sinks of one receiver: one for a folder, since it knows which of its files are being written. */
export class Sinks {
  readonly #folders = new Map<string, FileSink>();

  of(to: FileSink | string): FileSink {
    if (typeof to !== 'string') return to;
    const sink = this.#folders.get(to) ?? directorySink(to);
    this.#folders.set(to, sink);
    return sink;
  }
}
