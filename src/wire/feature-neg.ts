// Feature negotiation as Stream Initiation uses it: a form with the stream methods offered, one with the choice. [XEP-0020 §3, XEP-0095 §4.1]

import { DATA_FORMS } from './data-form.ts';
import { attribute, type Element, findChildren, xml } from './xml.ts';

export const FEATURE_NEG = 'http://jabber.org/protocol/feature-neg';

/** The form's only field. */
const STREAM_METHOD = 'stream-method';

/** The methods offered, the preferred one first; a form with this one field of type `list-single`, as Psi wants it. [SI-I-06] (clients.md section 3) */
export function writeOfferedMethods(methods: readonly string[]): Element {
  const field = xml('field', { var: STREAM_METHOD, type: 'list-single' });
  for (const method of methods) field.append(xml('option', {}, xml('value', {}, method)));
  return wrap('form', field);
}

/** The one method chosen. [SI-R-06] */
export function writeChosenMethod(method: string): Element {
  return wrap('submit', xml('field', { var: STREAM_METHOD }, xml('value', {}, method)));
}

/** The methods that a `<si/>` offers, in its order, each once; none when form, field or options are missing. [SI-R-04] */
export function readOfferedMethods(si: Element): string[] {
  return unique(methodFields(si).flatMap((field) => findChildren(field, 'option', DATA_FORMS)));
}

/**
 * The methods that a `<si/>` chooses, each once: one, or several from Smack [SI-I-11], or none. What else a form should
 * have, such as its type, is not looked at. [SI-I-12]
 */
export function readChosenMethods(si: Element): string[] {
  return unique(methodFields(si));
}

function wrap(type: 'form' | 'submit', field: Element): Element {
  return xml('feature', { xmlns: FEATURE_NEG }, xml('x', { xmlns: DATA_FORMS, type }, field));
}

function methodFields(si: Element): Element[] {
  return findChildren(si, 'feature', FEATURE_NEG)
    .flatMap((feature) => findChildren(feature, 'x', DATA_FORMS))
    .flatMap((form) => findChildren(form, 'field', DATA_FORMS))
    .filter((field) => attribute(field, 'var') === STREAM_METHOD);
}

/** The texts of the `<value/>`s in these elements. */
function unique(parents: readonly Element[]): string[] {
  const values = parents.flatMap((parent) => findChildren(parent, 'value', DATA_FORMS));
  return [...new Set(values.map((value) => value.getText().trim()).filter((text) => text !== ''))];
}
