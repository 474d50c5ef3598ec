// The proxies that servers have built in, switched on beside the component that the interop harness configures.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ejabberd } from './ejabberd.ts';
import { freePort } from './free-port.ts';
import { prosody } from './prosody.ts';
import type { ServerKind } from './xmpp-server.ts';

export interface BuiltInProxy {
  readonly jid: string;
  readonly port: number;
}

/** A kind of server with its own proxy, which listens on a port of its own. */
export interface EquippedServer {
  readonly kind: ServerKind;
  readonly proxy: BuiltInProxy;
}

/** @param components domain → secret, of further external components */
export async function prosodyWithProxy(
  components: Readonly<Record<string, string>> = {},
): Promise<EquippedServer> {
  const proxy = { jid: 'builtin.example.test', port: await freePort() };
  return {
    proxy,
    kind: equipped(prosody, async (folder) => {
      const file = join(folder, 'prosody.cfg.lua');
      const rest = await readFile(file, 'utf8');
      // Ports are a global matter in Prosody: in the component's section they would be overlooked.
      const ports = `proxy65_interfaces = { "127.0.0.1" }\nproxy65_ports = { ${proxy.port} }\n`;
      const component = `\nComponent "${proxy.jid}" "proxy65"\n\tproxy65_address = "127.0.0.1"\n`;
      const others = Object.entries(components).map(
        ([domain, secret]) => `\nComponent "${domain}"\n\tcomponent_secret = "${secret}"\n`,
      );
      await writeFile(file, ports + rest + component + others.join(''));
    }),
  };
}

export async function ejabberdWithProxy(): Promise<EquippedServer> {
  const proxy = { jid: 'builtin.example.test', port: await freePort() };
  return {
    proxy,
    kind: equipped(ejabberd, async (folder) => {
      const file = join(folder, 'ejabberd.yml');
      const configuration: { modules: Record<string, unknown> } = parse(await readFile(file, 'utf8'));
      configuration.modules.mod_proxy65 = {
        host: proxy.jid,
        hostname: '127.0.0.1',
        ip: '127.0.0.1',
        port: proxy.port,
        access: 'all',
        max_connections: 'infinity',
      };
      await writeFile(file, stringify(configuration));
    }),
  };
}

function equipped(kind: ServerKind, extend: (folder: string) => Promise<void>): ServerKind {
  return {
    name: kind.name,
    async prepare(site) {
      const prepared = await kind.prepare(site);
      await extend(site.folder);
      return prepared;
    },
  };
}
