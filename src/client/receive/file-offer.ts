// An offered file in the hands of whoever decides: take it, or not.

import type { Streamhost } from '../../wire/bytestreams.ts';
import type { OfferedFile } from '../../wire/si-file.ts';
import { OfflineError } from '../errors.ts';
import type { FileSink, StoredFile } from '../files/ports.ts';
import { type Decision, declined, type IncomingOffer } from '../si/responder.ts';
import {
  startTransfer,
  type Tell,
  type Transfer,
  type TransferEvent,
  type TransferMethod,
} from '../transfer.ts';

export interface AcceptOptions {
  /** Where it goes: a folder, or any sink. */
  readonly to: FileSink | string;
  readonly signal?: AbortSignal;
  /** Told each event as it happens; must not throw. */
  readonly onEvent?: (event: TransferEvent) => void;
}

export interface ReceivedFile extends StoredFile {
  readonly from: string;
  /** As it was offered: not the name of a file here. */
  readonly name: string;
  /** Where this transfer began; not 0 when it went on with an earlier one. */
  readonly offset: number;
  readonly method: TransferMethod;
  /** Through which the bytes came, unless in-band. */
  readonly streamhost?: Streamhost;
  /** From the connection to the end of the stream. */
  readonly seconds: number;
}

/** Receives the file into a sink; `decide` gives the peer its answer. */
export type Receive = (
  to: FileSink | string,
  signal: AbortSignal | undefined,
  decide: (decision: Decision) => void,
  tell: Tell,
) => Promise<ReceivedFile>;

export class FileOffer {
  /** The full JID of whoever offers. */
  readonly from: string;
  /** Name, size and what else is said of the file. The name is whatever the sender likes. [SI-R-16] */
  readonly file: OfferedFile;
  readonly mimeType: string;
  /** Aborted when the connection is lost, with which the offer is void. */
  readonly signal: AbortSignal;
  readonly #decide: (decision: Decision) => void;
  readonly #receive: Receive;
  #isDecided = false;

  constructor(
    { from, file, mimeType, signal }: IncomingOffer,
    receive: Receive,
    decide: (decision: Decision) => void,
  ) {
    this.from = from;
    this.file = file;
    this.mimeType = mimeType;
    this.signal = signal;
    this.#receive = receive;
    this.#decide = decide;
  }

  get isDecided(): boolean {
    return this.#isDecided;
  }

  /**
   * Takes the file. Await it for the outcome, iterate over it for what happens on the way.
   * @throws TransferError of any kind, as a rejection; Error when it was decided already
   */
  accept({ to, signal, onEvent }: AcceptOptions): Transfer<ReceivedFile> {
    this.#beOnlyOnce();
    return startTransfer(async (tell) => {
      if (this.signal.aborted) throw new OfflineError('the offer is void: the connection was lost');
      return this.#receive(to, signal, this.#decide, tell);
    }, onEvent);
  }

  /** Says no; the text is for the person at the other end. @throws Error when it was decided already [SI-R-08] */
  decline(text?: string): void {
    this.#beOnlyOnce();
    this.#decide(declined(text));
  }

  #beOnlyOnce(): void {
    if (this.#isDecided) throw new Error('this offer was accepted or declined already');
    this.#isDecided = true;
  }
}
