// What a transfer does without: acknowledged stanzas and resumed streams. [XEP-0198]
//
// COMPAT @xmpp/client 0.14 enables them where the server offers them, and has been seen to acknowledge more stanzas than
// Prosody 0.12 had sent, which ends the session. May go when its count is right.

import { attribute, type Element } from '../../wire/xml.ts';

const STREAM_MANAGEMENT = 'urn:xmpp:sm:3';

/** Takes the offer out of a server's `<stream:features/>`, also where it is inline to a login. */
export function dropStreamManagement(element: Element): void {
  if (element.name === 'stream:features' || element.name === 'features') drop(element);
}

function drop(element: Element): void {
  for (const child of element.getChildElements()) {
    if (attribute(child, 'xmlns') === STREAM_MANAGEMENT) element.remove(child);
    else drop(child);
  }
}
