// The one door to @xmpp/xml: elements in, elements out, and typed ways to read them.

import xml, { type Element } from '@xmpp/xml';

export type { Element };
export { xml };

/**
 * Tabs and line ends in the attributes of what an element was written as, as references: any parser would take them
 * for spaces, and an id would come back as another one. The library escapes `>`, so a tag ends at the first one.
 */
export function keepWhitespace(text: string): string {
  if (!/[\t\n\r]/.test(text)) return text;
  return text.replace(/<[^>]*>/g, (tag) => tag.replace(/[\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`));
}

/** What no escape can bring into XML: control characters, halves of a character. [XML 1.0 §2.2] */
const IMPOSSIBLE = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** A text from outside, such as a file name, as one that does not end the stream: what XML cannot carry is U+FFFD. */
export function carriable(text: string): string {
  return text.replace(IMPOSSIBLE, '\ufffd');
}

/** The child elements, text left out. */
export function childElements(element: Element): Element[] {
  return element.getChildElements();
}

/** An attribute's value; undefined when it is absent. */
export function attribute(element: Element, name: string): string | undefined {
  const value: unknown = element.attrs[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * The namespace of an element that has no prefix; '' for none. The library's getNS takes `xmlns=''` for absent
 * and answers with the parent's.
 */
export function namespaceOf(element: Element): string {
  const own = attribute(element, 'xmlns');
  if (own !== undefined) return own;
  return element.parent ? namespaceOf(element.parent) : '';
}

/** True for an element of that name in that namespace. */
export function isElement(element: Element, name: string, namespace: string): boolean {
  return element.name === name && namespaceOf(element) === namespace;
}

/** The children of that name in that namespace. */
export function findChildren(parent: Element, name: string, namespace: string): Element[] {
  return childElements(parent).filter((child) => isElement(child, name, namespace));
}
