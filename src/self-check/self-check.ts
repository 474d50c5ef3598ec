// Whether clients reach what they are told: asked by connecting to it, at the start (when the proxy joins its server for
// the first time, and when it cannot), after a reload and then at intervals. [S5B-P-18]

import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { parseHost } from '../config/host.ts';
import type { Clock, Fact, Observer } from '../rendezvous/ports.ts';
import { sessionKey } from '../wire/session-key.ts';
import { type Finding, judge, judgeName, NOTHING_TOLD, type Told, worst } from './judge.ts';
import type { OwnConnections } from './own-connections.ts';
import { probe } from './probe.ts';

/** For one connection and its handshake, or for one name to be resolved, in milliseconds. */
const PROBE_MS = 5000;
/** Addresses of one name that are tried. */
const MAX_ADDRESSES = 8;

export interface SelfCheckSettings {
  readonly enabled: boolean;
  /** From the end of one check to the next, in milliseconds. */
  readonly interval: number;
  readonly streamhosts: readonly Told[];
}

export interface SelfCheckParts {
  readonly own: OwnConnections;
  readonly clock: Clock;
  readonly observer: Observer;
  /** Asked before each check. */
  settings(): SelfCheckSettings;
  /** The addresses of a name; default: as the system resolves it. Rejects with a code such as ENOTFOUND. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** The addresses of this machine; default: those of its interfaces. */
  readonly ownAddresses?: () => readonly string[];
}

/** It learns from the facts when it is time. */
export class SelfCheck implements Observer {
  readonly #parts: SelfCheckParts;
  readonly #stop = new AbortController();
  #begun = false;
  #joined = false;
  #running: Promise<void> | undefined;
  #again = false;
  #cancelNext = () => {};
  #told: string | undefined;

  constructor(parts: SelfCheckParts) {
    this.#parts = parts;
  }

  observe({ kind }: Fact): void {
    if (kind === 'draining') void this.stop();
    else if (kind === 'xmpp-offline' && !this.#begun) this.#check();
    else if (kind === 'reloaded' && this.#begun) this.#check();
    else if (kind === 'xmpp-online' && !this.#joined) {
      this.#joined = true;
      this.#check();
    }
  }

  /** Resolves when nothing is under way. Idempotent. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#cancelNext();
    await this.#running;
  }

  #check(): void {
    this.#begun = true;
    this.#again = this.#running !== undefined;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#again) this.#check();
    });
  }

  async #run(): Promise<void> {
    const { clock, observer, settings } = this.#parts;
    const { enabled, interval, streamhosts } = settings();
    this.#cancelNext();
    if (!enabled) this.#told = undefined;
    if (!enabled || this.#stop.signal.aborted) return;
    const findings: Finding[] = streamhosts.length === 0 ? [NOTHING_TOLD] : [];
    for (const told of streamhosts) findings.push(...(await this.#try(told)));
    if (this.#stop.signal.aborted || !settings().enabled) return; // switched off meanwhile
    const result = worst(findings);
    const texts = [...new Set(findings.flatMap(({ text }) => text ?? []))];
    const told = [result, ...texts].join('\n');
    observer.observe({ kind: 'self-check', result, findings: texts, changed: told !== this.#told });
    this.#told = told;
    this.#cancelNext = clock.after(interval, () => this.#check());
  }

  /** A finding for each address of a streamhost. */
  async #try(told: Told): Promise<Finding[]> {
    const { ownAddresses = addressesOfThisMachine } = this.#parts;
    let addresses: readonly string[];
    try {
      addresses = parseHost(told.host)?.family ? [told.host] : await this.#resolve(told.host);
    } catch (error) {
      return [
        judgeName(told, error instanceof Error && 'code' in error ? String(error.code) : String(error)),
      ];
    }
    const ours = ownAddresses();
    const findings: Finding[] = [];
    for (const address of addresses.slice(0, MAX_ADDRESSES)) {
      const isOurs = ours.includes(address) || parseHost(address)?.reach === 'loopback';
      findings.push(judge({ told, address, isOurs, ...(await this.#probe(address, told.port)) }));
    }
    return findings;
  }

  /** Rejects with a code, also when it takes too long or nobody wants to know any more. */
  async #resolve(name: string): Promise<readonly string[]> {
    const { resolve = resolveName, clock } = this.#parts;
    const { signal } = this.#stop;
    let giveUp = () => {};
    const late = new Promise<never>((_, reject) => {
      giveUp = () => reject(Object.assign(new Error(`no answer about ${name}`), { code: 'ETIMEDOUT' }));
    });
    const cancel = clock.after(PROBE_MS, giveUp);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([resolve(name), late]);
    } finally {
      cancel();
      signal.removeEventListener('abort', giveUp);
    }
  }

  async #probe(host: string, port: number) {
    const { own, clock } = this.#parts;
    const key = sessionKey(randomBytes(16).toString('hex'), '', '');
    const deadline = new AbortController();
    const cancel = clock.after(PROBE_MS, () => deadline.abort());
    let arrived = false;
    own.expect(key, () => {
      arrived = true;
    });
    const signal = AbortSignal.any([deadline.signal, this.#stop.signal]);
    const outcome = await probe({ host, port }, key, signal);
    cancel();
    own.forget(key);
    return { outcome, arrived };
  }
}

async function resolveName(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

function addressesOfThisMachine(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((infos) => (infos ?? []).map(({ address }) => address));
}
