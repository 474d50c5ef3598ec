// Reading the reply to an iq.

import { attribute, childElements, type Element } from '../../src/wire/xml.ts';

/** `result`, or the error as `condition/type`; an error that comes with anything else is a failure of its own. */
export function verdict(reply: Element): string {
  if (attribute(reply, 'type') === 'result') return 'result';
  const [error, ...more] = childElements(reply);
  if (error?.name !== 'error' || more.length > 0) throw new Error(`not an error and nothing else: ${reply}`);
  return `${childElements(error)[0]?.name}/${attribute(error, 'type')}`;
}

/** The one child of a reply. */
export function payloadOf(reply: Element): Element {
  const [payload, ...more] = childElements(reply);
  if (payload === undefined || more.length > 0) throw new Error(`not one child: ${reply}`);
  return payload;
}
