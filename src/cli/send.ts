// `streamhost send`: files to somebody on XMPP, through the proxy or whatever else works.

import { type Command, Option } from 'commander';
import { allMethods, type Method } from '../client/methods.ts';
import { parseJid } from '../wire/jid.ts';
import { type AccountOptions, addAccountOptions, chooseAccount } from './account/options.ts';
import { chooseReporter } from './transfers/choose-reporter.ts';
import { Interruption } from './transfers/interruption.ts';
import { createCommand, ExitCode } from './usage.ts';

interface SendOptions extends AccountOptions {
  readonly proxy?: string;
  readonly method: 'auto' | Method;
  readonly direct: boolean;
  readonly json?: boolean;
}

export function sendCommand(): Command {
  const command = createCommand('send', 'Send files to somebody on XMPP.')
    .usage('--jid JID [options] FILE... TO')
    .argument(
      '<file-and-to...>',
      'files, and last the JID of the receiver; without a resource, one that takes files is looked for',
    );
  return addAccountOptions(command)
    .option('--proxy <jid>', 'the proxy to use, instead of those of your server')
    .addOption(new Option('--method <method>', 'how to send').choices(['auto', 's5b', 'ibb']).default('auto'))
    .option('--no-direct', 'do not offer addresses of this machine: the receiver does not learn them')
    .option('--json', 'print JSON, one object a line')
    .action(async (words: readonly string[], options: SendOptions) => {
      process.exitCode = await send(words, options);
    });
}

/** Returns the exit code. */
async function send(words: readonly string[], options: SendOptions): Promise<ExitCode> {
  const [to = '', ...files] = [...words].reverse();
  const problem = findProblem(to, files, options);
  const account =
    problem === undefined ? await chooseAccount(options, process.env.STREAMHOST_PASSWORD) : undefined;
  const reason = problem ?? (account?.ok === false ? account.reason : undefined);
  if (account?.ok !== true || reason !== undefined) {
    process.stderr.write(`streamhost: ${reason}\n`);
    return ExitCode.usage;
  }
  const interruption = new Interruption(process.stdout);
  const { signal } = interruption;
  const reporter = chooseReporter(process.stdout, options.json === true);
  const onTrouble = (reason: string) => reporter.note(reason);
  const { findReceiver, logIn, sendAll } = await import('./transfers/needed-to-send.ts'); // other commands start without
  try {
    const user = await logIn({ ...account.logIn, reconnects: false, onTrouble }, signal);
    try {
      const receiver = await findReceiver(user.session, to, signal);
      const { method, direct, proxy } = options;
      const methods = method === 'auto' ? allMethods : [method];
      const how = { to: receiver, methods, direct, ...(proxy === undefined ? {} : { proxies: [proxy] }) };
      const isGood = await sendAll(user.session, { files: files.reverse(), ...how }, reporter, signal);
      return isGood ? ExitCode.ok : ExitCode.failure;
    } finally {
      await user.logOut();
    }
  } catch (error) {
    const cause = signal.aborted ? signal.reason : error; // what an interruption breaks says less than the interruption
    reporter.close();
    process.stderr.write(`streamhost: ${cause instanceof Error ? cause.message : String(cause)}\n`);
    return ExitCode.failure;
  } finally {
    reporter.close();
    interruption.release();
  }
}

function findProblem(to: string, files: readonly string[], { proxy }: SendOptions): string | undefined {
  const jid = parseJid(to);
  if (files.length === 0) return 'expected one file at least, and last the JID of the receiver';
  if (jid === undefined) return `${to}: expected the JID of the receiver as the last word`;
  if (proxy !== undefined && parseJid(proxy) === undefined) return `--proxy ${proxy}: expected a JID`;
  return undefined;
}
