// A user of a real server on our own client library: takes any file into memory sums, and sends files.

import { createHash } from 'node:crypto';
import { client } from '@xmpp/client';
import {
  type AcceptOptions,
  type FileOffer,
  type FileSink,
  type ReceivedFile,
  type ReceiveFilesOptions,
  receiveFiles,
  type SendFileOptions,
  type SentFile,
  Session,
  sendFile,
} from '../../../src/client/index.ts';
import type { XmppServer } from './xmpp-server.ts';

const LOGIN_MS = 30_000;

export class LibraryUser {
  readonly session: Session;
  readonly #stop: () => Promise<unknown>;
  readonly #waiting: ((offer: FileOffer) => void)[] = [];

  static async login(
    server: XmppServer,
    username: string,
    password: string,
    options: ReceiveFilesOptions = {},
  ): Promise<LibraryUser> {
    const service = `xmpp://127.0.0.1:${server.c2sPort}`;
    const connection = client({ service, domain: server.domain, username, password, timeout: LOGIN_MS });
    connection.reconnect.stop();
    connection.on('error', () => {});
    await connection.start();
    return new LibraryUser(new Session(connection), options, () => connection.stop());
  }

  private constructor(session: Session, options: ReceiveFilesOptions, stop: () => Promise<unknown>) {
    this.session = session;
    this.#stop = stop;
    receiveFiles(session, (offer) => this.#waiting.shift()?.(offer), options);
  }

  get jid(): string {
    return this.session.jid;
  }

  /** Sends a file; no addresses of its own are offered unless the options say so. */
  send(source: string, to: string, options: Partial<SendFileOptions> = {}): Promise<SentFile> {
    return sendFile(this.session, { source, to, direct: false, ...options });
  }

  /** Takes the next file that is offered, for which nobody waits yet; all others are declined. */
  receive(
    sink: FileSink = new SummingSink(),
    options: Omit<AcceptOptions, 'to'> = {},
  ): Promise<ReceivedFile> {
    return new Promise((resolve) => {
      this.#waiting.push((offer) => resolve(offer.accept({ to: sink, ...options })));
    });
  }

  async stop(): Promise<void> {
    await this.#stop();
  }
}

/** Keeps sum and count, as large files are not to be kept. */
export class SummingSink implements FileSink {
  async open() {
    const hash = createHash('sha256');
    let bytes = 0;
    return {
      offset: 0,
      write: async (chunk: Buffer) => {
        hash.update(chunk);
        bytes += chunk.length;
      },
      finish: async () => ({ bytes, sha256: hash.digest('hex') }),
      abort: async () => {},
    };
  }
}
