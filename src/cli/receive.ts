// `streamhost receive`: takes files from those who may send them, into a folder.

import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type AccountOptions, addAccountOptions, chooseAccount } from './account/options.ts';
import { chooseReporter } from './transfers/choose-reporter.ts';
import { Interruption } from './transfers/interruption.ts';
import { createQuestions } from './transfers/questions.ts';
import { type AcceptRule, parseAccept } from './transfers/welcome.ts';
import { createCommand, ExitCode } from './usage.ts';

interface ReceiveOptions extends AccountOptions {
  readonly dir: string;
  readonly accept?: string;
  readonly once?: boolean;
  readonly direct: boolean;
  readonly json?: boolean;
}

export function receiveCommand(): Command {
  return addAccountOptions(createCommand('receive', 'Receive files from people on XMPP, until Ctrl-C.'))
    .requiredOption('--dir <dir>', 'where to put them; made if it is not there')
    .option('--accept <who>', 'take files unasked: all, or from these JIDs or domains, separated by commas')
    .option('--once', 'end with the first transfer')
    .option('--no-direct', 'connect to proxies only: the sender does not learn the address of this machine')
    .option('--json', 'print JSON, one object a line')
    .action(async (options: ReceiveOptions) => {
      const choice = await choose(options);
      if (!choice.ok) process.stderr.write(`streamhost: ${choice.reason}\n`);
      process.exitCode = choice.ok ? await receive(choice, options) : ExitCode.usage;
    });
}

type Account = Extract<Awaited<ReturnType<typeof chooseAccount>>, { ok: true }>;
type Choice = { readonly ok: true; readonly logIn: Account['logIn']; readonly rule: AcceptRule };

async function choose(
  options: ReceiveOptions,
): Promise<Choice | { readonly ok: false; readonly reason: string }> {
  const accept = parseAccept(options.accept);
  if (!accept.ok) return accept;
  const { rule } = accept;
  if (rule.kind === 'ask' && !(process.stdin.isTTY && process.stderr.isTTY))
    return {
      ok: false,
      reason: 'expected --accept all or --accept JID,… where there is no terminal to ask at',
    };
  const account = await chooseAccount(options, process.env.STREAMHOST_PASSWORD);
  return account.ok ? { ...account, rule } : account;
}

/** Returns the exit code: 0 when no transfer has failed. */
async function receive({ logIn: login, rule }: Choice, options: ReceiveOptions): Promise<ExitCode> {
  const { dir, once = false, direct, json = false } = options;
  const interruption = new Interruption(process.stdout);
  const { signal } = interruption;
  const reporter = chooseReporter(process.stdout, json);
  const ask = createQuestions(process.stdin, process.stderr, () => interruption.interrupt());
  const onTrouble = (reason: string) => reporter.note(reason);
  const { logIn, receiveAll } = await import('./transfers/needed-to-receive.ts'); // other commands start without
  try {
    const folder = resolve(dir);
    await mkdir(folder, { recursive: true });
    const user = await logIn({ ...login, reconnects: !once, onTrouble }, signal);
    try {
      const { isLocal: allowLocalHosts, gone } = user;
      const how = { folder, rule, ask, once, direct, allowLocalHosts, gone };
      const all = receiveAll(user.session, how, reporter, signal);
      reporter.ready(user.jid);
      return (await all) ? ExitCode.ok : ExitCode.failure;
    } finally {
      await user.logOut();
    }
  } catch (error) {
    reporter.close();
    process.stderr.write(`streamhost: ${error instanceof Error ? error.message : String(error)}\n`);
    return ExitCode.failure;
  } finally {
    reporter.close();
    interruption.release();
  }
}
