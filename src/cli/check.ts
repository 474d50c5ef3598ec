// `streamhost check`: explains a configuration in plain words, or says line by line what is wrong with it.

import { networkInterfaces } from 'node:os';
import type { Command } from 'commander';
import { type Advertisement, advertise, type Interfaces } from '../config/advertise.ts';
import { formatChapters } from '../config/chapter.ts';
import type { Environment } from '../config/environment.ts';
import { explain } from '../config/explain.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import { Access } from '../policy/access.ts';
import { describeVerdict, explainPerson } from './check-person.ts';
import { explainUsage, readUsageOf } from './check-usage.ts';
import { addConfigOptions, type ConfigOptions, formatProblems, sourcesOf } from './config-options.ts';
import { createCommand, ExitCode } from './usage.ts';

export interface CheckOptions extends ConfigOptions {
  readonly json?: boolean;
  readonly requester?: string;
  readonly explain?: string;
  readonly from?: string;
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
    .option('--explain <jid>', 'say only what this JID may do: access, class, limits, rates and quotas')
    .option('--from <address>', 'with --explain: the source address of one of its connections')
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
  if (options.explain !== undefined || options.from !== undefined) return checkPerson(loaded, options);
  const stdout = options.json ? inJson(loaded, options, interfaces) : inWords(loaded, options, interfaces);
  return { exitCode: ExitCode.ok, stdout, stderr: '' };
}

/** Of one person alone. A wrong option is told as wrong usage. */
async function checkPerson(
  { config }: Valid,
  { explain: jid, from, json }: CheckOptions,
): Promise<CheckResult> {
  const person = explainPerson(config, jid, from);
  if (!person.ok) return { exitCode: ExitCode.usage, stdout: '', stderr: `${person.message}\n` };
  const used = await readUsageOf(config, person.facts.jid, Date.now());
  const stdout = json
    ? toJson({ ok: true, explain: { ...person.facts, ...(used && { used }) } })
    : `${formatChapters([...person.chapters, ...explainUsage(used)])}\n`;
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
  const { token: ___, ...http } = loaded.config.http;
  return toJson({
    ok: true,
    warnings,
    streamhosts: advertisement.streamhosts,
    access: access.describe(),
    ...(requester === undefined ? {} : { requester: { jid: requester, ...access.judge(requester) } }),
    config: { ...loaded.config, xmpp, audit, http },
  });
}

/** A limit that is switched off is `none`, as in the configuration. */
function toJson(value: unknown): string {
  const written = (_key: string, part: unknown) => (part === Number.POSITIVE_INFINITY ? 'none' : part);
  return `${JSON.stringify(value, written, 2)}\n`;
}
