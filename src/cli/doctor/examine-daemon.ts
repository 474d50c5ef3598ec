// The daemon on this machine: whether it runs, is joined, and has room. [S5B-P-18]

import { readFileSync } from 'node:fs';
import type { Config } from '../../config/schema.ts';
import { askDaemon, type DaemonPages, labelOf, sampleOf } from './ask-daemon.ts';
import { type Finding, ok, problem, unknown, warning } from './finding.ts';

/** A waiting connection takes a descriptor, a stream two and its share of the pipes; this many are for the rest. */
const OTHER_DESCRIPTORS = 1200;
/** What an ordinary user has unless somebody has changed it: 64 MiB in pages of 4 KiB. */
const USUAL_PIPE_PAGES = 16_384;

const ADVICE: Readonly<Record<string, string>> = {
  listening: 'see the log for the port that could not be bound, and correct `listen`',
  xmpp: 'compare `xmpp.service`, `xmpp.domain` and `xmpp.secret` with the component of the server',
  running: 'it is about to stop; wait for the next one',
  listing: 'Prosody: add it to disco_items of the VirtualHost; ejabberd lists components of its own hosts',
  'self-check': 'set `streamhosts` to an address and port that users reach from outside',
};

export async function examineDaemon(config: Config): Promise<Finding[]> {
  if (!config.http.enabled) {
    return [unknown('daemon', '`http.enabled` is false, so it cannot be asked; set it to true')];
  }
  const answer = await askDaemon(config.http);
  if (!answer.ok) {
    const advice = 'start it (streamhost serve), or correct `http.host` and `http.port` here';
    return [problem('daemon', `does not answer at ${answer.url}: ${answer.reason}`, advice)];
  }
  const { pages } = answer;
  return [
    ok('daemon', `answers at port ${config.http.port}`),
    ...pages.readiness.flatMap(readCondition),
    examineEngine(pages, config),
    examineDescriptors(pages, config),
    ...examinePipes(pages),
  ];
}

/** `[+] xmpp: joined …`; `!` is worth knowing, `-` keeps the proxy from its work. */
function readCondition(line: string): Finding[] {
  const [, mark, check = '', detail = ''] = /^\[([+!?-])\] ([^:]+): (.*)$/.exec(line) ?? [];
  if (mark === undefined) return [];
  if (mark === '+') return [ok(check, detail)];
  if (mark === '?') return [unknown(check, detail)];
  const advice = ADVICE[check] ?? 'see docs/OPERATIONS.md';
  return [mark === '!' ? warning(check, detail, advice) : problem(check, detail, advice)];
}

function examineEngine({ metrics }: DaemonPages, { relay }: Config): Finding {
  const engine = labelOf(metrics, 'streamhost_build_info', 'engine');
  if (engine === undefined) return unknown('engine', 'the metrics do not tell it');
  if (engine === 'splice' || relay.engine === 'stream') return ok('engine', engine);
  const advice = 'the log of its start says why not `splice`: mostly the optional package koffi is missing';
  return warning('engine', `${engine}: bytes are copied, at more than the double of the CPU time`, advice);
}

function examineDescriptors({ metrics }: DaemonPages, { limits }: Config): Finding {
  const open = sampleOf(metrics, 'streamhost_process_open_fds');
  const most = sampleOf(metrics, 'streamhost_process_max_fds');
  if (open === undefined || most === undefined)
    return unknown('descriptors', 'this system does not tell them');
  const needed = limits.handshakes + limits.waiting + 2 * limits.streams + OTHER_DESCRIPTORS;
  const detail = `${open} open of ${most} allowed; all limits together may need ${needed}`;
  if (most >= needed) return ok('descriptors', detail);
  const advice = `set LimitNOFILE=${needed} (systemd) or ulimits.nofile (Compose), or lower \`limits\``;
  return warning('descriptors', detail, advice);
}

function examinePipes({ metrics }: DaemonPages): Finding[] {
  if (labelOf(metrics, 'streamhost_build_info', 'engine') !== 'splice') return [];
  try {
    const pages = Number(readFileSync('/proc/sys/fs/pipe-user-pages-soft', 'utf8'));
    const largest = Number(readFileSync('/proc/sys/fs/pipe-max-size', 'utf8'));
    const detail = `${pages === 0 ? 'no bound' : `${pages / 256} MiB`} for all of a user's pipes, ${largest / 1024} KiB for one`;
    if ((pages === 0 || pages >= USUAL_PIPE_PAGES) && largest >= 1024 * 1024)
      return [ok('pipe budget', detail)];
    const advice =
      'sysctl fs.pipe-user-pages-soft=16384 fs.pipe-max-size=1048576, or the relay takes smaller steps';
    return [warning('pipe budget', detail, advice)];
  } catch {
    return [unknown('pipe budget', 'this system does not tell it')];
  }
}
