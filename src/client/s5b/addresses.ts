// The addresses under which this machine can be a streamhost itself. [XEP-0065 §5.3.1] [S5B-R-03]

import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isLocal } from './dial.ts';

/** Whether and how this machine is offered as a streamhost; whoever gets such an offer learns its addresses. */
export type Direct =
  /** Not at all: the peer sees no address of ours but the proxy's. */
  | false
  /** On every interface. */
  | true
  | {
      /** Names such as `eth0`, or addresses; nothing else is listened on. Default: all. */
      readonly interfaces?: readonly string[];
      /** What the peer is told in place of the addresses of the interfaces, such as those of a router. */
      readonly addresses?: readonly string[];
      /** Default: the system chooses a free one. */
      readonly port?: number;
    };

export interface DirectAddresses {
  /** What to listen on; empty for every address. */
  readonly bind: readonly string[];
  /** What to tell the peer. */
  readonly tell: readonly string[];
  readonly port: number;
}

const MAX_ADDRESSES = 8;

/** Undefined when there is nothing to listen on, or that is not wanted. */
export function directAddresses(
  direct: Direct,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): DirectAddresses | undefined {
  if (direct === false) return undefined;
  const { interfaces: chosen, addresses, port = 0 } = direct === true ? {} : direct;
  const found = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos
      .filter(({ address }) => chosen === undefined || chosen.includes(name) || chosen.includes(address))
      .map(({ address }) => address),
  );
  const usable = [...new Set(found)].filter((address) => chosen?.includes(address) || !isLocal(address));
  const tell = (addresses ?? usable).slice(0, MAX_ADDRESSES);
  if (tell.length === 0 || (chosen !== undefined && usable.length === 0)) return undefined;
  return { bind: chosen === undefined ? [] : usable, tell, port };
}
