// The one door to @xmpp/xml: elements in, elements out.

import xml, { type Element } from '@xmpp/xml';

export type { Element };
export { xml };

/** The child elements, text left out. */
export function childElements(element: Element): Element[] {
  return element.getChildElements();
}
