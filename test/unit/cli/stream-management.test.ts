// A server's offer of stream management is not taken up.

import { expect, it } from 'vitest';
import { dropStreamManagement } from '../../../src/cli/account/stream-management.ts';
import { xml } from '../../../src/wire/xml.ts';

const SM = 'urn:xmpp:sm:3';
const bind = () => xml('bind', { xmlns: 'urn:ietf:params:xml:ns:xmpp-bind' });

it('is taken out of the features, and the others stay', () => {
  const features = xml('stream:features', {}, bind(), xml('sm', { xmlns: SM }), xml('ver', { xmlns: 'x' }));
  dropStreamManagement(features);
  expect(features.getChildElements().map(({ name }) => name)).toEqual(['bind', 'ver']);
});

it('is taken out where it is inline to a login', () => {
  const inline = xml('inline', {}, xml('sm', { xmlns: SM }), bind());
  dropStreamManagement(
    xml('stream:features', {}, xml('authentication', { xmlns: 'urn:xmpp:sasl:2' }, inline)),
  );
  expect(inline.getChildElements().map(({ name }) => name)).toEqual(['bind']);
});

it('in anything else is none of ours', () => {
  const message = xml('message', {}, xml('sm', { xmlns: SM }));
  dropStreamManagement(message);
  expect(message.getChildElements()).toHaveLength(1);
});
