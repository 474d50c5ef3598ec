// Source networks in CIDR, and which address lies in them; an IPv4-mapped IPv6 address is an IPv4 address. [S5B-P-85]

import ipaddr from 'ipaddr.js';

type Network = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** A list of networks, such as those that a limit does not touch. */
export class Networks {
  readonly #networks: readonly (readonly [Network, string])[];

  /** @throws Error naming the text, if one is no network; the configuration has checked them before */
  constructor(texts: readonly string[]) {
    this.#networks = texts.map((text) => {
      const network = parseNetwork(text);
      if (network === undefined) throw new Error(`"${text}" is no network`);
      return [network, text];
    });
  }

  /** The first network that an address lies in, as the operator wrote it; a text that is no address lies in none. */
  find(address: string): string | undefined {
    if (this.#networks.length === 0 || !ipaddr.isValid(address)) return undefined;
    const plain = ipaddr.process(address);
    return this.#networks.find(([[network, bits]]) => {
      return network.kind() === plain.kind() && plain.match(network, bits);
    })?.[1];
  }
}

/** `192.0.2.0/24`, `2001:db8::/32`, or one address; undefined when the text is none of them. */
export function parseNetwork(text: string): Network | undefined {
  const [, literal = '', bitsText] = /^([0-9a-f:.]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const isIpv6 = literal.includes(':');
  if (!(isIpv6 ? ipaddr.IPv6.isValid(literal) : ipaddr.IPv4.isValidFourPartDecimal(literal)))
    return undefined;
  const bits = bitsText === undefined ? (isIpv6 ? 128 : 32) : Number(bitsText);
  if (bits > (isIpv6 ? 128 : 32)) return undefined;
  const address = ipaddr.parse(literal);
  const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress();
  if (!isMapped) return [address, bits];
  return bits < 96 ? undefined : [address.toIPv4Address(), bits - 96];
}
