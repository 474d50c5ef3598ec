// What can go wrong in a transfer: one class a cause, each with a code for programs and a message for people.

import type { ApplicationCondition, StanzaErrorParts } from '../wire/stanza-error.ts';

export type TransferErrorCode =
  | 'bad-profile'
  | 'bad-range'
  | 'cancelled'
  | 'declined'
  | 'hash-mismatch'
  | 'interrupted'
  | 'invalid-answer'
  | 'no-streamhost-reachable'
  | 'no-valid-streams'
  | 'not-supported'
  | 'offline'
  | 'refused'
  | 'size-mismatch'
  | 'stanza-error'
  | 'storage'
  | 'timed-out';

export abstract class TransferError extends Error {
  abstract readonly code: TransferErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The peer's person or rules said no. */
export class DeclinedError extends TransferError {
  readonly code = 'declined';
}

/** The two sides have no stream method in common. */
export class NoValidStreamsError extends TransferError {
  readonly code = 'no-valid-streams';
}

/** The peer does not know the file-transfer profile, or finds the offer malformed. */
export class BadProfileError extends TransferError {
  readonly code = 'bad-profile';
}

/** The peer does not do Stream Initiation at all, or is not there. */
export class NotSupportedError extends TransferError {
  readonly code = 'not-supported';
}

/** None of the streamhosts could be reached, by one side or the other. */
export class NoStreamhostReachableError extends TransferError {
  readonly code = 'no-streamhost-reachable';
}

/** The peer would not take this bytestream. */
export class RefusedError extends TransferError {
  readonly code = 'refused';
}

/** The peer asked for a part of the file that there is not, or was not offered. */
export class BadRangeError extends TransferError {
  readonly code = 'bad-range';
}

/** The peer's answer breaks the protocol. */
export class InvalidAnswerError extends TransferError {
  readonly code = 'invalid-answer';
}

/** A deadline passed. */
export class TimedOutError extends TransferError {
  readonly code = 'timed-out';
}

/** More or fewer bytes than agreed, or than the file had when it was offered. */
export class SizeMismatchError extends TransferError {
  readonly code = 'size-mismatch';
}

/** The file that arrived does not have the MD5 that was offered: damaged on its way. No proof of who sent it. */
export class HashMismatchError extends TransferError {
  readonly code = 'hash-mismatch';
}

/** The stream broke before its end. */
export class InterruptedError extends TransferError {
  readonly code = 'interrupted';
}

/** The AbortSignal of this side. */
export class CancelledError extends TransferError {
  readonly code = 'cancelled';
}

/** The XMPP session is not, or no longer, connected. */
export class OfflineError extends TransferError {
  readonly code = 'offline';
}

/** A file could not be read or written. */
export class StorageError extends TransferError {
  readonly code = 'storage';
}

/** A stanza error: what a request was answered with, or what a handler answers with. */
export class StanzaError extends TransferError implements StanzaErrorParts {
  readonly code = 'stanza-error';
  readonly condition: string;
  readonly type: string;
  readonly text: string;
  readonly application?: ApplicationCondition;

  constructor(parts: StanzaErrorParts, message?: string) {
    super(message ?? [`${parts.condition} (${parts.type})`, parts.text].filter(Boolean).join(': '));
    this.condition = parts.condition;
    this.type = parts.type;
    this.text = parts.text ?? '';
    if (parts.application !== undefined) this.application = parts.application;
  }
}
