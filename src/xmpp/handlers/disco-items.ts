// The component hosts nothing: an empty list, not an error. [XEP-0030 §4.1] [S5B-P-05]

import { DISCO_ITEMS, writeNoItems } from '../../wire/disco.ts';
import { attribute } from '../../wire/xml.ts';
import { answer, refuse, type Service } from '../service.ts';

export const discoItems: Service = {
  namespace: DISCO_ITEMS,
  element: 'query',
  elsewhere: 'no-item',
  get({ payload }) {
    const node = attribute(payload, 'node');
    if (node !== undefined && node !== '') return refuse('no-item'); // [ENT-13]
    return answer(writeNoItems(node));
  },
};
