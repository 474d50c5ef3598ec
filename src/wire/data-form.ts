// Data forms of type `result`: typed facts that ride along with another answer. [XEP-0004 §3, XEP-0128 §2]

import { type Element, xml } from './xml.ts';

export const DATA_FORMS = 'jabber:x:data';

export interface FormField {
  readonly name: string;
  readonly type?: string;
  readonly values: readonly string[];
}

/** A form whose hidden FORM_TYPE says what the fields mean. [XEP-0068] */
export function writeResultForm(formType: string, fields: readonly FormField[]): Element {
  const form = xml('x', { xmlns: DATA_FORMS, type: 'result' });
  const all = [{ name: 'FORM_TYPE', type: 'hidden', values: [formType] }, ...fields];
  for (const { name, type, values } of all) {
    const field = xml('field', { ...(type === undefined ? {} : { type }), var: name });
    for (const value of values) field.append(xml('value', {}, value));
    form.append(field);
  }
  return form;
}
