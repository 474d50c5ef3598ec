// What the router and the handlers agree on: a request in, an answer or a refusal out.

import type { Element } from '../wire/xml.ts';
import type { Refusal } from './stanza-error.ts';

/** An iq get or set that is well addressed and has one child. */
export interface Request {
  /** The sender as the server stamped it. */
  readonly from: string;
  /** The address at which it was asked: ours, as the sender's server spelled it. */
  readonly to: string;
  readonly payload: Element;
}

/** Without a payload the result is an empty iq. */
export type Answer =
  | { readonly ok: true; readonly payload?: Element }
  | {
      readonly ok: false;
      readonly reason: Refusal;
      /** For whoever reads the error, in place of the reason's own text. */
      readonly text?: string;
    };

export type Handler = (request: Request) => Answer | Promise<Answer>;

/** One protocol: the payload that it answers to, and how. Its namespace is also its feature in disco#info. */
export interface Service {
  readonly namespace: string;
  /** The name of the payload's root element. */
  readonly element: string;
  readonly get: Handler;
  /** Absent where there is nothing to set. */
  readonly set?: Handler;
  /** The refusal at addresses below the domain, where nobody lives; default `no-service`. [ENT-15] */
  readonly elsewhere?: Refusal;
}

/** The answer `ok` with a payload. */
export function answer(payload: Element): Answer {
  return { ok: true, payload };
}

/** The refusal for a reason. */
export function refuse(reason: Refusal, text?: string): Answer {
  return { ok: false, reason, ...(text !== undefined && { text }) };
}
