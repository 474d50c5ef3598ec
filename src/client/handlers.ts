// Who answers which requests: one handler for a payload, and what comes of asking it. [RFC 6120 §8.2.3]

import { type Element, namespaceOf } from '../wire/xml.ts';
import { StanzaError } from './errors.ts';

/** A get or a set that somebody sent us. */
export interface IncomingRequest {
  readonly from: string;
  /** As the sender wrote it; our JID if it was absent. */
  readonly to: string;
  readonly id: string;
  readonly payload: Element;
  /** Aborted when the connection is lost: an answer can no longer be given. */
  readonly signal: AbortSignal;
}

/** The payload of the result, nothing for an empty result, or a refusal, which may be thrown as well. */
export type Answer = Element | StanzaError | undefined;
export type RequestHandler = (request: IncomingRequest) => Answer | Promise<Answer>;

export class Handlers {
  readonly #handlers = new Map<string, RequestHandler>();

  /** @throws Error when there is one for this payload already */
  add(type: 'get' | 'set', namespace: string, name: string, handler: RequestHandler): () => void {
    const key = keyOf(type, namespace, name);
    if (this.#handlers.has(key))
      throw new Error(`somebody answers a ${type} of ${name} in ${namespace} already`);
    this.#handlers.set(key, handler);
    return () => {
      if (this.#handlers.get(key) === handler) this.#handlers.delete(key);
    };
  }

  find(type: string, payload: Element): RequestHandler | undefined {
    return this.#handlers.get(keyOf(type, namespaceOf(payload), payload.name));
  }

  clear(): void {
    this.#handlers.clear();
  }
}

/** The handler's answer; what it throws that is no refusal becomes an internal error, and `onError` is told. */
export async function ask(
  handler: RequestHandler,
  request: IncomingRequest,
  onError: (error: Error) => void,
): Promise<Answer> {
  try {
    return await handler(request);
  } catch (error) {
    if (error instanceof StanzaError) return error;
    onError(error instanceof Error ? error : new Error(String(error)));
    return new StanzaError({ condition: 'internal-server-error', type: 'cancel' });
  }
}

function keyOf(type: string, namespace: string, name: string): string {
  return `${type} ${namespace} ${name}`;
}
