// From a plain connection to one with TLS: the first, short stream, in which the client asks for it. [RFC 6120 §5]

import type { Socket } from 'node:net';
import { type Element, isElement, xml } from '../../wire/xml.ts';
import { XmlStreamParser } from '../../wire/xml-stream.ts';

const TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const STREAMS = 'http://etherx.jabber.org/streams';

/**
 * Resolves with true when the next bytes are those of TLS, with false when the server does not offer it; the connection
 * is of no more use then, since a stream was opened on it.
 * @throws Error when the server breaks off
 */
export async function askForTls(socket: Socket, domain: string): Promise<boolean> {
  const parser = new XmlStreamParser();
  const elements: Element[] = [];
  let wake = () => {};
  let failure: Error | undefined;
  const onData = (chunk: Buffer) => parser.write(chunk);
  const onEnd = (error?: Error) => {
    failure ??= error ?? new Error('the server closed the connection');
    wake();
  };
  parser.on('element', (element) => {
    elements.push(element);
    wake();
  });
  parser.on('error', onEnd);
  socket.on('data', onData).on('error', onEnd).on('close', onEnd);
  const next = async (): Promise<Element> => {
    for (;;) {
      const element = elements.shift();
      if (element !== undefined) return element;
      if (failure !== undefined) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  try {
    const to = xml('x', { to: domain }).toString().slice(3, -2); // the attribute, escaped
    socket.write(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='${STREAMS}' version='1.0' ${to}>`,
    );
    const features = await next();
    if (!features.getChildElements().some((feature) => isElement(feature, 'starttls', TLS))) return false;
    socket.write(xml('starttls', { xmlns: TLS }).toString());
    if (!isElement(await next(), 'proceed', TLS))
      throw new Error('the server offered TLS and then refused it');
    return true;
  } finally {
    socket.off('data', onData).off('error', onEnd).off('close', onEnd);
    socket.pause();
  }
}
