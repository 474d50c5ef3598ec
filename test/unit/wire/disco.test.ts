// Service discovery results and the data forms in them.

import { describe, expect, it } from 'vitest';
import { writeResultForm } from '../../../src/wire/data-form.ts';
import { DISCO_INFO, DISCO_ITEMS, writeInfo, writeNoItems } from '../../../src/wire/disco.ts';

describe('a disco#info result', () => {
  const info = {
    identities: [{ category: 'proxy', type: 'bytestreams' }],
    features: ['urn:f'],
    extensions: [writeResultForm('urn:form', [{ name: 'a', values: ['1', '2'] }])],
  };

  it('has identities, features and extensions, in this order', () => {
    expect(writeInfo(info).toString()).toBe(
      `<query xmlns="${DISCO_INFO}"><identity category="proxy" type="bytestreams"/><feature var="urn:f"/>` +
        '<x xmlns="jabber:x:data" type="result"><field type="hidden" var="FORM_TYPE"><value>urn:form</value></field>' +
        '<field var="a"><value>1</value><value>2</value></field></x></query>',
    );
  });

  it('mirrors a node [ENT-12]', () => {
    expect(writeInfo(info, 'n').attrs).toEqual({ xmlns: DISCO_INFO, node: 'n' });
    expect(writeNoItems('n').attrs).toEqual({ xmlns: DISCO_ITEMS, node: 'n' });
  });
});
