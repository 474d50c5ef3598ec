// `streamhost check --explain JID`: what one person may do, and why.

import type { Chapter } from '../config/chapter.ts';
import { explainRequester } from '../config/explain-policy.ts';
import { parseHost } from '../config/host.ts';
import type { Config } from '../config/schema.ts';
import { Access, type AccessVerdict } from '../policy/access.ts';
import { Classes, type Classified } from '../policy/classes.ts';
import { parseJid } from '../wire/jid.ts';

export type PersonExplained =
  | { readonly ok: true; readonly chapters: readonly Chapter[]; readonly facts: PersonFacts }
  | { readonly ok: false; readonly message: string };

/** The same for programs. */
export interface PersonFacts extends Classified {
  readonly jid: string;
  readonly from?: string;
  readonly access: AccessVerdict;
}

/** @param from the source address of one of its connections, if it matters */
export function explainPerson(
  config: Config,
  jid: string | undefined,
  from: string | undefined,
): PersonExplained {
  if (jid === undefined) return { ok: false, message: '--from: expected --explain JID, too' };
  const parsed = parseJid(jid);
  if (parsed === undefined) {
    return { ok: false, message: `--explain: found "${jid}", expected a JID such as alice@example.org` };
  }
  const address = from === undefined ? undefined : parseHost(from);
  if (from !== undefined && address?.family === undefined) {
    return { ok: false, message: `--from: found "${from}", expected an IP address` };
  }
  const verdict = new Access(config.access, config.xmpp.domain).judge(jid);
  const classified = new Classes(config).classify(jid, address ? [address.text] : []);
  const who = { jid, domain: parsed.domain, from: address?.text };
  return {
    ok: true,
    chapters: [
      { title: 'Access', lines: [describeVerdict(jid, verdict)] },
      ...explainRequester(config, who, classified),
    ],
    facts: { jid, ...(address && { from: address.text }), access: verdict, ...classified },
  };
}

export function describeVerdict(requester: string, verdict: AccessVerdict): string {
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
