// How a component stream can end: the causes as values, and the stream error as the server put it. [RFC 6120 §4.9]

import { childElements, type Element, isElement, namespaceOf } from '../wire/xml.ts';
import type { XmlStreamCondition } from '../wire/xml-stream.ts';

export const COMPONENT = 'jabber:component:accept';
export const STREAMS = 'http://etherx.jabber.org/streams';
const STREAM_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';

/** How far it had come: no connection yet; our header is out; the handshake is out; joined. */
export type Phase = 'connecting' | 'opening' | 'authenticating' | 'online';

export type EndCause =
  /** The server said why. */
  | { readonly kind: 'stream-error'; readonly condition: string; readonly text: string }
  /** The server sent its closing tag. */
  | { readonly kind: 'stream-closed' }
  /** The connection ended without a word. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'socket-error'; readonly error: Error }
  | { readonly kind: 'bad-xml'; readonly condition: XmlStreamCondition; readonly message: string }
  /** XML, but no XMPP stream. */
  | { readonly kind: 'no-stream' }
  /** A stream for something else than components. */
  | { readonly kind: 'wrong-namespace'; readonly namespace: string }
  /** The deadline passed before the handshake was accepted. */
  | { readonly kind: 'silent' }
  /** Pings were not answered. */
  | { readonly kind: 'dead' }
  | { readonly kind: 'stopped' };

export interface StreamEnd {
  readonly phase: Phase;
  readonly cause: EndCause;
  /** The first few bytes that the server sent, for telling what it speaks. */
  readonly firstBytes: Buffer;
}

/** The condition is the child in the streams namespace that is not the text, wherever it stands. [COMP-12] */
export function readStreamError(error: Element): EndCause {
  const children = childElements(error).filter((child) => namespaceOf(child) === STREAM_ERRORS);
  const condition = children.find(({ name }) => name !== 'text')?.name ?? 'undefined-condition';
  const text = children.find((child) => isElement(child, 'text', STREAM_ERRORS))?.getText() ?? '';
  return { kind: 'stream-error', condition, text };
}
