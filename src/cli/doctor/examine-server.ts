// What a user's server and the proxy say to that user: listed, recognised, and an address. [XEP-0065 §4] [S5B-P-01] [S5B-P-10]

import { discoverInfo, discoverItems } from '../../client/disco.ts';
import { askForAddress } from '../../client/proxies.ts';
import { isSameJid } from '../../client/same-jid.ts';
import type { Session } from '../../client/session.ts';
import { BYTESTREAMS, type Streamhost } from '../../wire/bytestreams.ts';
import { parseJid } from '../../wire/jid.ts';
import { isElement, xml } from '../../wire/xml.ts';
import { type Finding, ok, problem, unknown, warning } from './finding.ts';

const ASK_MS = 10_000;
const TIME = 'urn:xmpp:time';
/** Certificates and one-time codes begin to fail about there, in milliseconds. */
const MOST_SKEW_MS = 30_000;

/** The proxies in the list of a server: items whose identity says so, as most clients look for them. */
export async function findListed(session: Session, server: string): Promise<string[]> {
  const items = await discoverItems(session, server, { timeoutMs: ASK_MS });
  const found = await Promise.all(
    items.map(async (jid) => ((await isProxy(session, jid).catch(() => false)) ? [jid] : [])),
  );
  return found.flat();
}

/** Whether the server lists the proxy to this user: clients find no other way to it. */
export async function examineListing(session: Session, proxy: string): Promise<Finding> {
  const server = parseJid(session.jid)?.domain ?? session.jid;
  const check = `listing for ${parseJid(session.jid)?.local ?? server}`;
  try {
    const items = await discoverItems(session, server, { timeoutMs: ASK_MS });
    if (items.some((jid) => isSameJid(jid, proxy)))
      return ok(check, `${server} lists ${proxy} among its services`);
    const advice =
      'Prosody: disco_items of that VirtualHost, { { "' +
      `${proxy}", "SOCKS5 Bytestreams" } }; ejabberd lists components of its own hosts`;
    return problem(check, `${server} does not list ${proxy}, so clients do not find it`, advice);
  } catch (error) {
    return problem(
      check,
      `${server} does not list its services: ${messageOf(error)}`,
      'load the module for service discovery (disco)',
    );
  }
}

export async function examineIdentity(session: Session, proxy: string): Promise<Finding> {
  try {
    const { identities, features } = await discoverInfo(session, proxy, { timeoutMs: ASK_MS, maxAgeMs: 0 });
    const isIdentified = identities.some(
      ({ category, type }) => category === 'proxy' && type === 'bytestreams',
    );
    const hasFeature = features.includes(BYTESTREAMS);
    if (isIdentified && hasFeature)
      return ok('identity', `${proxy} is a proxy/bytestreams with the feature ${BYTESTREAMS}`);
    const missing = isIdentified ? `the feature ${BYTESTREAMS}` : 'the identity proxy/bytestreams';
    return problem(
      'identity',
      `${proxy} lacks ${missing}; some clients pass it over`,
      'is another component running under this address?',
    );
  } catch (error) {
    return problem(
      'identity',
      `${proxy} does not say what it is: ${messageOf(error)}`,
      'is the component connected to this server?',
    );
  }
}

/** The address query, as the user sends it; its answer, if there is a usable one. */
export async function examineAddressQuery(
  session: Session,
  proxy: string,
): Promise<{ finding: Finding; streamhosts: readonly Streamhost[] }> {
  try {
    const streamhosts = await askForAddress(session, proxy, { timeoutMs: ASK_MS });
    const told = streamhosts.map(({ host, port }) => `${host} port ${port}`).join(', ');
    if (streamhosts.length === 0) {
      const advice = 'set `streamhosts`';
      return {
        finding: problem('address query', `${proxy} answers without a streamhost`, advice),
        streamhosts,
      };
    }
    return { finding: ok('address query', `${proxy} is at ${told}`), streamhosts };
  } catch (error) {
    const advice =
      'is this user allowed? See `access.allow` (streamhost check --explain JID), or proxy65_acl';
    return {
      finding: problem('address query', `${proxy} refuses: ${messageOf(error)}`, advice),
      streamhosts: [],
    };
  }
}

/** The clock of this machine beside the server's. [XEP-0202] */
export async function examineClock(session: Session): Promise<Finding> {
  const server = parseJid(session.jid)?.domain ?? session.jid;
  try {
    const before = Date.now();
    const answer = await session.request(server, 'get', xml('time', { xmlns: TIME }), { timeoutMs: ASK_MS });
    const half = (Date.now() - before) / 2;
    const time = answer.getChildElements().find((child) => isElement(child, 'time', TIME));
    const there = Date.parse(time?.getChildText('utc') ?? '');
    if (Number.isNaN(there)) return unknown('clock', `${server} tells no time that can be read`);
    const skew = Math.round((before + half - there) / 1000);
    const detail = `${Math.abs(skew)} s ${skew < 0 ? 'behind' : 'before'} ${server}'s`;
    if (Math.abs(skew) * 1000 <= MOST_SKEW_MS) return ok('clock', detail);
    return warning('clock', detail, 'synchronise the clock (timedatectl set-ntp true)');
  } catch {
    return unknown('clock', `${server} does not tell its time (XEP-0202)`);
  }
}

async function isProxy(session: Session, jid: string): Promise<boolean> {
  const { identities } = await discoverInfo(session, jid, { timeoutMs: ASK_MS });
  return identities.some(({ category, type }) => category === 'proxy' && type === 'bytestreams');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
