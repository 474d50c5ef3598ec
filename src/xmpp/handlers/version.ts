// Software version; the operating system only if the operator wants it told. [XEP-0092 §2, §5] [ENT-17] [ENT-18]

import { xml } from '../../wire/xml.ts';
import { answer, type Service } from '../service.ts';

const VERSION = 'jabber:iq:version';

export interface Software {
  readonly name: string;
  readonly version: string;
  /** Left out unless it is to be told. */
  readonly os?: string;
}

export function version(software: Software): Service {
  return {
    namespace: VERSION,
    element: 'query',
    get() {
      const query = xml('query', { xmlns: VERSION });
      query.append(xml('name', {}, software.name), xml('version', {}, software.version));
      if (software.os !== undefined) query.append(xml('os', {}, software.os));
      return answer(query);
    },
  };
}
