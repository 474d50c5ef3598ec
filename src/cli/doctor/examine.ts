// The order in which the doctor looks: the configuration, the daemon, what it advertises, the server, a transfer.

import { networkInterfaces } from 'node:os';
import type { Session } from '../../client/session.ts';
import { advertise } from '../../config/advertise.ts';
import { loadConfig, type Sources } from '../../config/load.ts';
import { formatProblem } from '../../config/problem.ts';
import type { Config } from '../../config/schema.ts';
import { type LogIn, logIn } from '../account/log-in.ts';
import { examineAddress } from './examine-address.ts';
import { examineDaemon } from './examine-daemon.ts';
import {
  examineAddressQuery,
  examineClock,
  examineIdentity,
  examineListing,
  findListed,
} from './examine-server.ts';
import { examineTransfer } from './examine-transfer.ts';
import { type Chapter, type Finding, ok, problem, unknown, warning } from './finding.ts';

export type User = Pick<LogIn, 'jid' | 'password' | 'endpoint' | 'insecure'>;

export interface Examination {
  /** Where the configuration of the daemon on this machine comes from, if there is one to look at. */
  readonly sources?: Sources;
  /** None, or a requester and a target. */
  readonly users: readonly User[];
  /** Default: the configuration's, or those that the server lists. */
  readonly proxy: string | undefined;
}

export async function examine({ sources, users, proxy }: Examination): Promise<Chapter[]> {
  const chapters: Chapter[] = [];
  let config: Config | undefined;
  if (sources !== undefined) {
    const loaded = await loadConfig(sources);
    chapters.push({
      title: 'Configuration',
      findings: loaded.ok
        ? [ok('configuration', `valid, for ${loaded.config.xmpp.domain}`), ...loaded.warnings.map(warned)]
        : loaded.problems.map((each) =>
            problem('configuration', formatProblem(each), 'correct it; streamhost check says more'),
          ),
    });
    if (loaded.ok) {
      config = loaded.config;
      chapters.push({ title: 'Daemon', findings: await examineDaemon(config) });
      chapters.push({ title: 'What clients are told', findings: await examineAdvertised(config) });
    }
  }
  if (users.length === 0) {
    const detail = 'not looked at: give a user of the server (--jid)';
    return [...chapters, { title: 'Server', findings: [unknown('transfer', detail)] }];
  }
  return [...chapters, ...(await examineAsUser(users, proxy ?? config?.xmpp.domain, config !== undefined))];
}

function warned(text: string): Finding {
  return warning('configuration', text, 'see streamhost check');
}

async function examineAdvertised(config: Config): Promise<Finding[]> {
  const { streamhosts } = advertise(config, config.listen, networkInterfaces());
  if (streamhosts.length === 0)
    return [problem('address', 'this machine has none to tell clients', 'set `streamhosts`')];
  const findings = await Promise.all(streamhosts.map((address) => examineAddress(address, true)));
  return findings.flat();
}

async function examineAsUser(
  users: readonly User[],
  proxy: string | undefined,
  isOurs: boolean,
): Promise<Chapter[]> {
  const accounts = await Promise.allSettled(users.map(enter));
  const open = accounts.flatMap((account) => (account.status === 'fulfilled' ? [account.value] : []));
  try {
    const failed = accounts.find((account) => account.status === 'rejected');
    const [requester, target] = open.map(({ session }) => session);
    if (failed !== undefined || requester === undefined || target === undefined) {
      const why = failed?.reason instanceof Error ? failed.reason.message : String(failed?.reason);
      return [{ title: 'Server', findings: [problem('login', why, 'compare JID, password and --service')] }];
    }
    const clock = await examineClock(requester);
    const proxies = proxy === undefined ? await listed(requester) : [proxy];
    const title = 'Server';
    if (proxies.length === 0) {
      const advice = 'add a component for the proxy, or load the proxy65 module, and list it in disco#items';
      return [{ title, findings: [clock, problem('listing', 'the server lists no proxy', advice)] }];
    }
    const chapters: Chapter[] = [{ title, findings: [clock] }];
    for (const jid of proxies) chapters.push(await examineProxy(jid, requester, target, isOurs));
    return chapters;
  } finally {
    await Promise.all(open.map((account) => account.logOut()));
  }
}

function enter(user: User) {
  return logIn({ ...user, reconnects: false, onTrouble: () => {} }, AbortSignal.timeout(60_000));
}

async function listed(session: Session): Promise<string[]> {
  const server = session.jid.replace(/^.*?@|\/.*$/g, '');
  return findListed(session, server).catch(() => []);
}

async function examineProxy(
  proxy: string,
  requester: Session,
  target: Session,
  isOurs: boolean,
): Promise<Chapter> {
  const listings = [await examineListing(requester, proxy)];
  const other = await examineListing(target, proxy);
  if (other.check !== listings[0]?.check) listings.push(other);
  const identity = await examineIdentity(requester, proxy);
  const { finding, streamhosts } = await examineAddressQuery(requester, proxy);
  const addresses = isOurs ? [] : await Promise.all(streamhosts.map((each) => examineAddress(each, false)));
  const transfer = streamhosts.length === 0 ? [] : await examineTransfer(requester, target, streamhosts);
  return {
    title: `Proxy ${proxy}`,
    findings: [...listings, identity, finding, ...addresses.flat(), ...transfer],
  };
}
