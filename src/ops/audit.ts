// The audit: one line for every stream that has ended, in a file of its own if there is one, else in the log. [S5B-P-89]

import type { Fact, Observer, StreamSummary } from '../rendezvous/ports.ts';
import { flush, type LineFile, lineFile } from './destination.ts';
import { createWriter, type Mask, type Writer } from './mask.ts';

/** The keys of `audit` in the configuration. */
export interface AuditOptions {
  readonly enabled: boolean;
  /** Absent: the log has the lines. */
  readonly file?: string | undefined;
  readonly mask: Mask;
  /** Of the hashes. */
  readonly key?: string | undefined;
}

/** What there is to say about a stream; the same in the file and in the log. */
export function auditFields(summary: StreamSummary, write: Writer): Readonly<Record<string, unknown>> {
  const { bytes, durationMs } = summary;
  const total = bytes.firstToSecond + bytes.secondToFirst;
  return {
    key: summary.key,
    requester: write.jid(summary.requester),
    target: write.jid(summary.target),
    bytesFirstToSecond: bytes.firstToSecond,
    bytesSecondToFirst: bytes.secondToFirst,
    durationMs: Math.round(durationMs),
    bytesPerSecond: Math.round((total * 1000) / Math.max(1, durationMs)),
    reason: summary.reason,
    class: summary.className,
    first: write.address(summary.first),
    second: write.address(summary.second),
  };
}

/** The lines in a file of their own. */
export class AuditFile implements Observer {
  readonly #observer: Observer;
  #path: string | undefined;
  #file: LineFile | undefined;
  #write: Writer | undefined;

  /** @param observer is told when the file fails */
  constructor(options: AuditOptions, observer: Observer) {
    this.#observer = observer;
    this.configure(options);
  }

  /** Takes other settings, and opens the file anew: it may have been rotated. */
  configure({ enabled, file, mask, key }: AuditOptions): void {
    const path = enabled ? file : undefined;
    this.#write = createWriter(mask, key);
    if (path === undefined) this.#close();
    else if (this.#file === undefined) this.#file = this.#open(path);
    else this.#file.reopen(path);
    this.#path = path;
  }

  /** Opens the file anew under its old name. */
  reopen(): void {
    this.#file?.reopen();
  }

  observe(fact: Fact): void {
    // Whoever has rotated the file sends SIGHUP, whether or not the configuration is in order.
    if (fact.kind === 'reload-rejected') this.reopen();
    if (fact.kind !== 'stream-closed' || !this.#file || !this.#write) return;
    const line = { time: new Date().toISOString(), ...auditFields(fact.summary, this.#write) };
    this.#file.write(`${JSON.stringify(line)}\n`);
  }

  /** Resolves when everything is written, or after a second if it cannot be. Never rejects. */
  async flush(): Promise<void> {
    if (this.#file) await flush(this.#file);
  }

  /** Writes out and closes the file; bounded as `flush`. */
  async close(): Promise<void> {
    await this.flush();
    this.#close();
  }

  #open(path: string): LineFile {
    const name = () => this.#path ?? path;
    return lineFile(path, {
      onFailure: (error) => this.#observer.observe({ kind: 'audit-failed', file: name(), error }),
      onResume: (lost) => this.#observer.observe({ kind: 'audit-resumed', file: name(), lost }),
    });
  }

  #close(): void {
    this.#file?.end();
    this.#file = undefined;
  }
}
