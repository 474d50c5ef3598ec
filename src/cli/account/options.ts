// The options by which `send` and `receive` find the user they speak for.

import type { Command } from 'commander';
import { bareJid, type Jid, parseJid } from '../../wire/jid.ts';
import { type Endpoint, parseService, SERVICE_EXPECTED } from './endpoints.ts';
import type { LogIn } from './log-in.ts';
import { findPassword } from './password.ts';

export interface AccountOptions {
  readonly jid: string;
  readonly service?: string;
  readonly passwordFile?: string;
  readonly insecure?: boolean;
}

export function addAccountOptions(command: Command): Command {
  return command
    .requiredOption('--jid <jid>', 'who you are: USER@DOMAIN or USER@DOMAIN/RESOURCE')
    .option(
      '--service <url>',
      `where your server is: ${SERVICE_EXPECTED} (default: what DNS says of the domain)`,
    )
    .option('--password-file <file>', 'the password, in the first line of a file')
    .option('--insecure', 'allow a server without TLS, or with a certificate that proves nothing')
    .addHelpText(
      'after',
      '\nThe password comes from --password-file, from STREAMHOST_PASSWORD, or is asked for.' +
        '\nTLS is required unless the server is on this machine.' +
        '\nExit codes: 0 success, 1 failure, 2 wrong usage.',
    );
}

export type AccountChoice =
  | { readonly ok: true; readonly logIn: Pick<LogIn, 'jid' | 'password' | 'endpoint' | 'insecure'> }
  | { readonly ok: false; readonly reason: string };

/** Everything that a login needs; the person at the terminal may be asked for the password. */
export async function chooseAccount(
  options: AccountOptions,
  variable: string | undefined,
): Promise<AccountChoice> {
  const jid = parseUser(options.jid);
  if (jid === undefined)
    return { ok: false, reason: `--jid ${options.jid}: expected USER@DOMAIN or USER@DOMAIN/RESOURCE` };
  const endpoint: Endpoint | undefined =
    options.service === undefined ? undefined : parseService(options.service);
  if (options.service !== undefined && endpoint === undefined)
    return { ok: false, reason: `--service ${options.service}: expected ${SERVICE_EXPECTED}` };
  const sources = { file: options.passwordFile, variable, input: process.stdin, output: process.stderr };
  const found = await findPassword(bareJid(jid), sources);
  if (!found.ok) return found;
  return {
    ok: true,
    logIn: { jid, password: found.password, endpoint, insecure: options.insecure === true },
  };
}

function parseUser(text: string): Jid | undefined {
  const jid = parseJid(text);
  return jid?.local === '' ? undefined : jid;
}
