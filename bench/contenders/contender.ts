// What is compared: something that bytes pass through, how it is started, and how a stream through it is opened.

import type { NativePrograms } from '../native.ts';

/** One bytestream to come: its session key, and what makes it live once both sides have connected. */
export interface Transfer {
  readonly key: string;
  activate(): Promise<unknown>;
}

/** How a stream gets through. */
export type Route =
  /** Nothing between sender and receiver. */
  | { readonly kind: 'direct' }
  /** Whatever connects to `port` is forwarded to `backendPort`: no rendezvous, no activation. */
  | { readonly kind: 'forwarder'; readonly port: number; readonly backendPort: number }
  /** A SOCKS5 Bytestreams proxy. */
  | { readonly kind: 'socks'; readonly port: number; newTransfer(): Transfer };

export interface Running {
  readonly title: string;
  readonly route: Route;
  /** The process that relays; undefined when there is none. */
  readonly pid: number | undefined;
  /** What the table of versions says. */
  readonly version: string;
  stop(): Promise<unknown>;
}

export interface Contender {
  /** Short, for `--engines` and for file names. */
  readonly id: string;
  readonly title: string;
  start(tools: NativePrograms): Promise<Running>;
}

/** It cannot take part; the message says why, and how to get what is missing. */
export class NotAvailableError extends Error {
  override readonly name = 'NotAvailableError';
}
