// ejabberd as Debian ships it, without its system service: the Erlang machine in the foreground, in a folder of its own.
// It runs as a node without a name, which needs neither epmd nor a cookie; `ejabberdctl` insists on both.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePort } from './free-port.ts';
import { renderSnippet } from './snippets.ts';
import type { PreparedServer, ServerKind, Site } from './xmpp-server.ts';

/** There is such a user already. */
const CONFLICT = 409;

export const ejabberd: ServerKind = {
  name: 'ejabberd',

  async prepare(site: Site): Promise<PreparedServer> {
    const spool = join(site.folder, 'spool');
    const file = join(site.folder, 'ejabberd.yml');
    const apiPort = await freePort();
    const snippet: unknown = parse(await renderSnippet('ejabberd.yml', site));
    await mkdir(spool);
    await writeFile(file, stringify(configuration(site, apiPort, listenersOf(snippet))));
    return {
      child: {
        command: 'erl',
        args: ['-noinput', '-noshell', '-mnesia', 'dir', JSON.stringify(spool), '-s', 'ejabberd'],
        cwd: spool,
        env: {
          ERL_LIBS: await erlangLibraries(),
          ERL_CRASH_DUMP: join(site.folder, 'crash.dump'),
          EJABBERD_CONFIG_PATH: file,
          EJABBERD_LOG_PATH: join(site.folder, 'ejabberd.log'),
          HOME: site.folder,
        },
        fatal: /Failed to (open|start)|\[critical\]/,
      },
      ready: [site.c2sPort, site.componentPort, apiPort].map(
        (port) => new RegExp(`Start accepting TCP connections at 127\\.0\\.0\\.1:${port} `),
      ),
      async addUser(name, password) {
        const response = await fetch(`http://127.0.0.1:${apiPort}/api/register`, {
          method: 'POST',
          body: JSON.stringify({ user: name, host: site.domain, password }),
          signal: AbortSignal.timeout(10_000),
        });
        if (!response.ok && response.status !== CONFLICT)
          throw new Error(`ejabberd did not register ${name}: ${await response.text()}`);
      },
    };
  },
};

/** Plain log-in without TLS, and the registration of users without a password, for loopback only. */
function configuration(site: Site, apiPort: number, proxyListeners: readonly unknown[]): unknown {
  const loopback = { ip: '127.0.0.1' };
  return {
    hosts: [site.domain],
    loglevel: 'info',
    listen: [
      { port: site.c2sPort, ...loopback, module: 'ejabberd_c2s' },
      { port: apiPort, ...loopback, module: 'ejabberd_http', request_handlers: { '/api': 'mod_http_api' } },
      ...proxyListeners,
    ],
    api_permissions: { tests: { who: 'all', what: ['register'] } },
    disable_sasl_mechanisms: ['digest-md5'],
    modules: { mod_disco: {}, mod_ping: {}, mod_roster: {} },
  };
}

function listenersOf(snippet: unknown): readonly unknown[] {
  if (typeof snippet === 'object' && snippet !== null && 'listen' in snippet) {
    if (Array.isArray(snippet.listen)) return snippet.listen;
  }
  throw new Error('config/ejabberd.yml: expected a list under `listen`');
}

/** Where the package put ejabberd's code; its control script knows. */
async function erlangLibraries(): Promise<string> {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']) {
    const script = await readFile(join(folder, 'ejabberdctl'), 'utf8').catch(() => '');
    const found = /^ERL_LIBS='(.+)'$/m.exec(script)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error('no ejabberdctl that names its ERL_LIBS: expected the one of the Debian package');
}
