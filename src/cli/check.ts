// `streamhost check`: explains a configuration in plain words, or says line by line what is wrong with it.

import { networkInterfaces } from 'node:os';
import type { Command } from 'commander';
import { type Advertisement, advertise, type Interfaces } from '../config/advertise.ts';
import type { Environment } from '../config/environment.ts';
import { explain, formatChapters } from '../config/explain.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import { Access, type AccessVerdict } from '../policy/access.ts';
import {
  addConfigOptions,
  type ConfigOptions,
  createCommand,
  ExitCode,
  formatProblems,
  sourcesOf,
} from './usage.ts';

export interface CheckOptions extends ConfigOptions {
  readonly json?: boolean;
  readonly requester?: string;
}

export interface CheckResult {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export function checkCommand(): Command {
  return addConfigOptions(createCommand('check', 'Explain a configuration, or say what is wrong with it.'))
    .option('--json', 'print JSON')
    .option('--requester <jid>', 'say whether this JID may use the proxy, too')
    .action(async (options: CheckOptions) => {
      const { exitCode, stdout, stderr } = await check(options, process.env, networkInterfaces());
      process.stdout.write(stdout);
      process.stderr.write(stderr);
      process.exitCode = exitCode;
    });
}

/** Loads and explains; nothing is bound or connected. */
export async function check(
  options: CheckOptions,
  environment: Environment,
  interfaces: Interfaces,
): Promise<CheckResult> {
  const loaded = await loadConfig(sourcesOf(options, environment));
  if (!loaded.ok) {
    const { problems } = loaded;
    return options.json
      ? { exitCode: ExitCode.usage, stdout: toJson({ ok: false, problems }), stderr: '' }
      : { exitCode: ExitCode.usage, stdout: '', stderr: formatProblems(problems, options) };
  }
  const stdout = options.json ? inJson(loaded, options, interfaces) : inWords(loaded, options, interfaces);
  return { exitCode: ExitCode.ok, stdout, stderr: '' };
}

type Valid = Extract<Loaded, { ok: true }>;

/** What follows from a valid configuration on this machine. */
function conclude({ config, warnings }: Valid, interfaces: Interfaces) {
  const access = new Access(config.access, config.xmpp.domain);
  const advertisement: Advertisement = advertise(config, config.listen, interfaces);
  const closed = access.closed ? [access.describe()] : [];
  return { access, advertisement, warnings: [...warnings, ...advertisement.warnings, ...closed] };
}

function inWords(loaded: Valid, { requester }: CheckOptions, interfaces: Interfaces): string {
  const { access, advertisement, warnings } = conclude(loaded, interfaces);
  const chapters = explain(loaded.config, access, advertisement);
  if (requester !== undefined) {
    chapters.push({ title: 'Requester', lines: [describeVerdict(requester, access.judge(requester))] });
  }
  if (warnings.length > 0) chapters.push({ title: 'Warnings', lines: warnings });
  return `The configuration is valid.\n\n${formatChapters(chapters)}\n`;
}

function inJson(loaded: Valid, { requester }: CheckOptions, interfaces: Interfaces): string {
  const { access, advertisement, warnings } = conclude(loaded, interfaces);
  const { secret: _, ...xmpp } = loaded.config.xmpp;
  const { key: __, ...audit } = loaded.config.audit;
  return toJson({
    ok: true,
    warnings,
    streamhosts: advertisement.streamhosts,
    access: access.describe(),
    ...(requester === undefined ? {} : { requester: { jid: requester, ...access.judge(requester) } }),
    config: { ...loaded.config, xmpp, audit },
  });
}

function describeVerdict(requester: string, verdict: AccessVerdict): string {
  if (verdict.ok) return `${requester} may use the proxy: the rule ${verdict.rule} allows it.`;
  switch (verdict.why) {
    case 'denied':
      return `${requester} may not use the proxy: the rule ${verdict.rule} denies it.`;
    case 'not-allowed':
      return `${requester} may not use the proxy: no rule allows it.`;
    case 'not-a-jid':
      return `${requester} is no JID, and would be refused.`;
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
