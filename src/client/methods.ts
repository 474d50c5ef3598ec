// The stream methods of file transfer, by their short names. [XEP-0096 §3.1]

import { BYTESTREAMS } from '../wire/bytestreams.ts';
import { IBB } from '../wire/ibb.ts';

export type Method = 's5b' | 'ibb';

/** SOCKS5 before in-band, always. [SI-I-06] [SI-R-05] */
const namespaces = { s5b: BYTESTREAMS, ibb: IBB } as const satisfies Record<Method, string>;

export const allMethods: readonly Method[] = ['s5b', 'ibb'];

export function namespaceOfMethod(method: Method): string {
  return namespaces[method];
}

export function methodOfNamespace(namespace: string): Method | undefined {
  return allMethods.find((method) => namespaces[method] === namespace);
}

/** Of the wanted methods those that may carry so many bytes, the preferred one first. [IBB-29] */
export function usableMethods(wanted: readonly Method[], size: number, maxInBandBytes: number): Method[] {
  return allMethods.filter(
    (method) => wanted.includes(method) && (method !== 'ibb' || size <= maxInBandBytes),
  );
}
