// Everything that the component speaks, in the order in which disco#info lists it.

import { bytestreams, type ProxyDependencies } from './handlers/bytestreams.ts';
import { type Contacts, discoInfo } from './handlers/disco-info.ts';
import { discoItems } from './handlers/disco-items.ts';
import { last } from './handlers/last.ts';
import { ping } from './handlers/ping.ts';
import { type VCard, vcard } from './handlers/vcard.ts';
import { type Software, version } from './handlers/version.ts';
import type { Service } from './service.ts';

/** What the component tells about itself. */
export interface IdentityOptions {
  /** What user interfaces call the proxy. */
  readonly name: string;
  readonly software: Software;
  readonly contacts: Contacts;
  readonly vcard?: VCard | undefined;
  /** Milliseconds since the daemon started. */
  uptimeMs(): number;
}

/** The services; every one of them is a feature, and only they are. [ENT-11] [S5B-P-02] [S5B-P-04] */
export function createServices(proxy: ProxyDependencies, identity: IdentityOptions): readonly Service[] {
  const features = () => services.map(({ namespace }) => namespace);
  const services: Service[] = [
    discoInfo(identity.name, features, identity.contacts),
    discoItems,
    bytestreams(proxy),
    ping,
    version(identity.software),
    last(identity.uptimeMs),
  ];
  if (identity.vcard !== undefined) services.push(vcard(identity.vcard));
  return services;
}
