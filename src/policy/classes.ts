// Which class a requester falls in: the first of an ordered list that matches. [S5B-P-85]

import { parseJid } from '../wire/jid.ts';
import { JidRules } from './jid-rules.ts';
import { Networks } from './networks.ts';
import { type GeneralTerms, mergeTerms, type OwnTerms, type Terms } from './terms.ts';

/** What everyone belongs to who is in no class of the list. */
export const DEFAULT_CLASS = 'default';

/** As the configuration has it; all that is given in `match` must hold. */
export interface ClassConfig extends OwnTerms {
  readonly name: string;
  readonly match: {
    readonly jids?: readonly string[] | undefined;
    readonly networks?: readonly string[] | undefined;
  };
}

export interface ClassesConfig extends GeneralTerms {
  readonly classes: readonly ClassConfig[];
}

/** How one class was judged, in the order of the list. */
export interface Judgement {
  readonly name: string;
  readonly matches: boolean;
  /** The rule and the network that matched; absent: the class asks for none, or none did. */
  readonly rule?: string | undefined;
  readonly network?: string | undefined;
  /** What it asked for in vain. */
  readonly missing?: 'jid' | 'network' | undefined;
}

export interface Classified {
  readonly terms: Terms;
  /** Of the classes up to the one that matched, or of all. */
  readonly judgements: readonly Judgement[];
}

interface Entry {
  readonly name: string;
  readonly jids: JidRules | undefined;
  readonly networks: Networks | undefined;
  readonly terms: Terms;
}

export class Classes {
  readonly #entries: readonly Entry[];
  readonly #general: Terms;

  /** @throws Error naming a rule or a network that is none; the configuration has checked them before */
  constructor(config: ClassesConfig) {
    this.#general = mergeTerms(DEFAULT_CLASS, config);
    this.#entries = config.classes.map(({ name, match, ...own }) => ({
      name,
      jids: match.jids && new JidRules(match.jids),
      networks: match.networks && new Networks(match.networks),
      terms: mergeTerms(name, config, own),
    }));
  }

  /**
   * @param requester a JID as the server stamped it
   * @param addresses of the two connections; nothing on the wire says which is the requester's
   */
  classify(requester: string, addresses: readonly string[]): Classified {
    const judgements: Judgement[] = [];
    for (const entry of this.#entries) {
      const judgement = judge(entry, requester, addresses);
      judgements.push(judgement);
      if (judgement.matches) return { terms: entry.terms, judgements };
    }
    return { terms: this.#general, judgements };
  }

  /** The terms of every class that the requester may fall in, while nobody knows from where it will connect. */
  possible(requester: string): readonly Terms[] {
    const jid = parseJid(requester);
    const possible: Terms[] = [];
    for (const { jids, networks, terms } of this.#entries) {
      if (jids && (jid === undefined || jids.find(jid) === undefined)) continue;
      possible.push(terms);
      if (networks === undefined) return possible;
    }
    return [...possible, this.#general];
  }
}

function judge({ name, jids, networks }: Entry, requester: string, addresses: readonly string[]): Judgement {
  const jid = parseJid(requester);
  const rule = jid && jids?.find(jid);
  if (jids && rule === undefined) return { name, matches: false, missing: 'jid' };
  const network = addresses.map((address) => networks?.find(address)).find((found) => found !== undefined);
  if (networks && network === undefined) return { name, matches: false, rule, missing: 'network' };
  return { name, matches: true, rule, network };
}
