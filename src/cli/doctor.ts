// `streamhost doctor`: whether file transfer by proxy works, and if not, why, on one page.

import type { Command } from 'commander';
import { type AccountOptions, chooseAccount } from './account/options.ts';
import { addConfigOptions, type ConfigOptions, sourcesOf } from './config-options.ts';
import type { Chapter } from './doctor/finding.ts';
import { formatChapters, isHealthy } from './doctor/finding.ts';
import { createCommand, ExitCode } from './usage.ts';

export interface DoctorOptions extends ConfigOptions, Partial<AccountOptions> {
  readonly otherJid?: string;
  readonly otherPasswordFile?: string;
  readonly proxy?: string;
  readonly json?: boolean;
}

export function doctorCommand(): Command {
  const command = createCommand('doctor', 'Say whether file transfer by proxy works and, if not, why.');
  return addConfigOptions(command)
    .option(
      '--jid <jid>',
      'a user of the server, USER@DOMAIN: looks for the proxy and sends a file as one does',
    )
    .option('--service <url>', 'where the server takes clients: xmpp://HOST:PORT (default: what DNS says)')
    .option('--password-file <file>', 'the password of --jid; or STREAMHOST_PASSWORD, or it is asked for')
    .option('--other-jid <jid>', 'another user, who gets the file (default: the same one)')
    .option('--other-password-file <file>', 'the password of --other-jid; or STREAMHOST_OTHER_PASSWORD')
    .option('--insecure', 'allow a server without TLS, or with a certificate that proves nothing')
    .option('--proxy <jid>', 'the proxy to look at (default: xmpp.domain, or those that the server lists)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nWith a configuration it looks at the daemon of this machine, with --jid at the proxy as users meet it, whoever' +
        '\nmade that proxy. Exit codes of doctor: 0 nothing is wrong, 1 something is, 2 wrong usage or configuration.',
    )
    .action(async (options: DoctorOptions) => {
      process.exitCode = await doctor(options);
    });
}

/** Returns the exit code. */
async function doctor(options: DoctorOptions): Promise<ExitCode> {
  const hasConfig = options.config !== undefined || process.env.STREAMHOST_XMPP_DOMAIN !== undefined;
  if (!hasConfig && options.jid === undefined) {
    return misused(
      'expected --config FILE to look at a daemon, --jid JID to look at a proxy as a user, or both',
    );
  }
  const users = await chooseUsers(options);
  if (!users.ok) return misused(users.reason);
  const { examine } = await import('./doctor/examine.ts'); // other commands start without
  const chapters: Chapter[] = await examine({
    ...(hasConfig && { sources: sourcesOf(options, process.env) }),
    users: users.users,
    proxy: options.proxy,
  });
  const healthy = isHealthy(chapters);
  process.stdout.write(options.json ? toJson(healthy, chapters) : formatChapters(chapters));
  return healthy ? ExitCode.ok : ExitCode.failure;
}

/** Nobody, or two sessions: of two users, or of one twice. */
async function chooseUsers(options: DoctorOptions) {
  const { jid, otherJid, otherPasswordFile, passwordFile: _, ...others } = options;
  if (jid === undefined) return { ok: true, users: [] } as const;
  const first = await chooseAccount({ ...options, jid }, process.env.STREAMHOST_PASSWORD);
  if (!first.ok) return first;
  if (otherJid === undefined) return { ok: true, users: [first.logIn, first.logIn] } as const;
  const file = otherPasswordFile === undefined ? {} : { passwordFile: otherPasswordFile };
  const second = await chooseAccount(
    { ...others, ...file, jid: otherJid },
    process.env.STREAMHOST_OTHER_PASSWORD,
  );
  if (!second.ok) return { ok: false, reason: `for --other-jid: ${second.reason}` } as const;
  return { ok: true, users: [first.logIn, second.logIn] } as const;
}

function toJson(healthy: boolean, chapters: readonly Chapter[]): string {
  const findings = chapters.flatMap(({ title, findings: found }) =>
    found.map((finding) => ({ chapter: title, ...finding })),
  );
  return `${JSON.stringify({ ok: healthy, findings }, null, 2)}\n`;
}

function misused(reason: string): ExitCode {
  process.stderr.write(`streamhost: ${reason}\n`);
  return ExitCode.usage;
}
