// What is told of transfers, whoever listens: a person at a terminal, a log, or a program.

import type { TransferMethod } from '../../client/transfer.ts';

/** One file on its way. */
export interface Subject {
  /** The full JID at the other end. */
  readonly peer: string;
  /** As the sender named it; in terms of a terminal, anything. */
  readonly file: string;
  /** Of the whole file, in bytes. */
  readonly size: number;
}

export interface Outcome {
  readonly method: TransferMethod;
  /** Of the streamhost, unless in-band. */
  readonly host?: string;
  readonly port?: number;
  readonly sha256: string;
  readonly seconds: number;
  /** Where it was put. */
  readonly path?: string;
  /** What the other side had already, in bytes. */
  readonly offset: number;
}

export interface Reporter {
  /** Files can be offered to this JID. */
  ready(jid: string): void;
  /** Called for each file when it is offered. */
  begin(subject: Subject): TransferReporter;
  /** What is worth knowing beside it. */
  note(text: string): void;
  /** Leaves the terminal as it was. Idempotent. */
  close(): void;
}

export interface TransferReporter {
  /** @param bytes of the file so far; told often */
  progress(bytes: number): void;
  done(outcome: Outcome): void;
  failed(error: Error): void;
}

/** How an error is told: what happened, and its code if it has one. */
export function describeError(error: Error): string {
  return 'code' in error && typeof error.code === 'string'
    ? `${error.message} (${error.code})`
    : error.message;
}

/** A text of a stranger's making, as one line that a terminal shows and does not obey. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/** One sentence on how it went. */
export function describeOutcome({ method, host, port, sha256, seconds, path, offset }: Outcome): string {
  const where = host === undefined ? '' : ` (${host}:${port})`;
  const resumed = offset > 0 ? `, resumed at byte ${offset}` : '';
  const stored = path === undefined ? '' : ` as ${path}`;
  return `${stored} by ${method}${where} in ${seconds.toFixed(1)} s${resumed}, sha256 ${sha256}`.trim();
}
