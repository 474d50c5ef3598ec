// Prosody as Debian ships it, without its system service: one process in the foreground, in a folder of its own.

import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { renderSnippet } from './snippets.ts';
import type { PreparedServer, ServerKind, Site } from './xmpp-server.ts';

const run = promisify(execFile);

export const prosody: ServerKind = { name: 'prosody', prepare: (site) => prepare(site, '') };

/** It gives a component's name to whoever comes last, which is not its default. */
export const prosodyThatKicksOld: ServerKind = {
  name: 'prosody',
  prepare: (site) => prepare(site, 'component_conflict_resolve = "kick_old"'),
};

/** @param options further options for all hosts */
async function prepare(site: Site, options: string): Promise<PreparedServer> {
  const file = join(site.folder, 'prosody.cfg.lua');
  await mkdir(join(site.folder, 'data'));
  await mkdir(join(site.folder, 'certs'));
  const configuration = baseConfiguration(site, options) + (await renderSnippet('prosody.cfg.lua', site));
  await writeFile(file, configuration);
  return {
    child: {
      command: 'prosody',
      args: ['-F', '--config', file],
      // Prosody goes on without a port that it cannot open.
      fatal: /Failed to open server port/,
    },
    ready: [
      new RegExp(`Activated service 'c2s' on \\[127\\.0\\.0\\.1\\]:${site.c2sPort}`),
      new RegExp(`Activated service 'component' on \\[127\\.0\\.0\\.1\\]:${site.componentPort}`),
    ],
    async addUser(name, password) {
      await run('prosodyctl', ['--config', file, 'register', name, site.domain, password], {
        timeout: 10_000,
      });
    },
  };
}

/** Plain log-in without TLS, for loopback only. `run_as_root` has no effect for any other user. */
function baseConfiguration(site: Site, options: string): string {
  return `
run_as_root = true
pidfile = "${site.folder}/prosody.pid"
data_path = "${site.folder}/data"
certificates = "${site.folder}/certs"
log = { { levels = { min = "info" }, to = "console" } }
modules_enabled = { "disco", "roster", "saslauth", "ping" }
modules_disabled = { "s2s", "tls" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
interfaces = { "127.0.0.1" }
c2s_ports = { ${site.c2sPort} }
component_interfaces = { "127.0.0.1" }
component_ports = { ${site.componentPort} }
${options}

VirtualHost "${site.domain}"

`;
}
