// Keeps the component joined: one stream after the other, with pauses between them, until told to stop. [COMP-19]
//
// The link knows nothing of streams of data; losing it touches none. [S5B-P-86]

import type { Clock, Observer } from '../rendezvous/ports.ts';
import type { Element } from '../wire/xml.ts';
import { Backoff } from './backoff.ts';
import { ComponentStream } from './component.ts';
import { type Explanation, explainEnd } from './explain.ts';
import { Inquiries } from './inquiries.ts';
import { askForListing, type Listing } from './listing.ts';
import { Liveness } from './liveness.ts';
import { SelfPing } from './self-ping.ts';
import type { StreamEnd } from './stream-end.ts';

/** From the connection to the accepted handshake, in milliseconds. */
const JOIN_TIMEOUT_MS = 10_000;
const ANSWER_MS = 5_000;

/** The keys of `xmpp` in the configuration; durations in milliseconds. */
export interface XmppSettings {
  readonly service: string;
  readonly domain: string;
  readonly secret: string;
  readonly ping: number;
  readonly pingTimeout: number;
  readonly reconnect: { readonly first: number; readonly max: number };
  readonly onRefusal: 'retry' | 'exit';
  /** With `xmpps://`: a PEM file of the authorities to trust. */
  readonly caFile?: string | undefined;
}

export interface KeeperOptions {
  readonly settings: XmppSettings;
  /** A domain that the server hosts; asked when the component's own is silent. */
  readonly parentDomain: string | undefined;
  readonly clock: Clock;
  readonly observer: Observer;
  /** From 0 up to, but not including, 1. Default Math.random. */
  readonly random?: () => number;
  /** What to answer to a stanza, if anything. Must not reject. */
  route(stanza: Element): Promise<Element | undefined>;
}

export class Keeper {
  /** Resolves with the reason when the server refuses us and `onRefusal` is `exit`; else never. */
  readonly fatal: Promise<string>;
  readonly #options: KeeperOptions;
  readonly #backoff: Backoff;
  readonly #liveness: Liveness;
  readonly #ping: SelfPing;
  readonly #inquiries: Inquiries;
  /** Resolves when the server refuses us and no further attempt is made. */
  readonly yielded: Promise<void>;
  #resolveFatal: (reason: string) => void = () => {};
  #resolveYielded = () => {};
  #retired = false;
  #stream: ComponentStream | undefined;
  #onlineSince: number | undefined;
  #joined = 0;
  #rivalReported = false;
  #cancelRetry = () => {};
  #stopped: Promise<void> | undefined;

  constructor(options: KeeperOptions) {
    const { settings, clock, random = Math.random } = options;
    this.#options = options;
    this.#backoff = new Backoff(settings.reconnect, random);
    this.#inquiries = new Inquiries(settings.domain, clock);
    this.#ping = new SelfPing(settings.domain, options.parentDomain);
    this.#liveness = new Liveness({
      clock,
      intervalMs: settings.ping,
      timeoutMs: settings.pingTimeout,
      ask: (again) => this.#send(this.#ping.write(again)),
      giveUp: () => this.#stream?.cut(),
    });
    this.fatal = new Promise((resolve) => {
      this.#resolveFatal = resolve;
    });
    this.yielded = new Promise((resolve) => {
      this.#resolveYielded = resolve;
    });
  }

  /** Joined to the server at this moment. */
  get online(): boolean {
    return this.#onlineSince !== undefined;
  }

  /** Begins to join, whether or not the server is up. */
  start(): void {
    const { settings, clock } = this.#options;
    const { service, domain, secret, caFile } = settings;
    const stream = new ComponentStream({
      service,
      domain,
      secret,
      caFile,
      clock,
      joinTimeoutMs: JOIN_TIMEOUT_MS,
    });
    this.#stream = stream;
    stream.on('online', () => this.#onOnline());
    stream.on('input', () => this.#liveness.heard());
    stream.on('stanza', (stanza: Element) => void this.#onStanza(stanza));
    void stream.ended.then((end) => this.#onEnd(end));
    stream.join();
  }

  /** Asks the parent domain whether it lists us. Never rejects. */
  async listing(): Promise<Listing> {
    if (!this.online) return { listed: undefined, detail: 'not joined to the XMPP server' };
    const { settings, parentDomain } = this.#options;
    return askForListing(settings.domain, parentDomain, (to, payload) =>
      this.#inquiries.ask(to, payload, ANSWER_MS, (iq) => this.#send(iq)),
    );
  }

  /** From now on the component's name may go to another process: it is not fought for. [COMP-09] */
  retire(): void {
    this.#retired = true;
  }

  /** Leaves the server: closing tag, then the connection; bounded. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#leave();
    return this.#stopped;
  }

  async #leave(): Promise<void> {
    this.#cancelRetry();
    this.#liveness.stop();
    await this.#stream?.stop();
  }

  #onOnline(): void {
    const { clock, observer, settings } = this.#options;
    this.#onlineSince = clock.now();
    this.#rivalReported = false;
    this.#liveness.start();
    const reconnect = this.#joined++ > 0;
    observer.observe({ kind: 'xmpp-online', domain: settings.domain, service: settings.service, reconnect });
  }

  async #onStanza(stanza: Element): Promise<void> {
    if (this.#ping.isAnothers(stanza)) this.#reportRival();
    this.#inquiries.take(stanza);
    const reply = await this.#options.route(stanza);
    if (reply !== undefined) this.#send(reply);
  }

  /** Whatever happened: why, and when we try again. */
  #onEnd(end: StreamEnd): void {
    const { settings, clock, observer } = this.#options;
    this.#liveness.stop();
    this.#inquiries.end();
    // A link that did not last does not make the next attempt come sooner.
    if (clock.now() - (this.#onlineSince ?? clock.now()) >= settings.reconnect.max) this.#backoff.reset();
    const wasOnline = this.online;
    this.#onlineSince = undefined;
    const { refusal, ...words } = explainEnd(end, settings);
    if (this.#stopped !== undefined) {
      if (wasOnline) observer.observe({ kind: 'xmpp-offline', ...words, deliberate: true });
    } else if (refusal && this.#retired) {
      observer.observe({ kind: 'xmpp-offline', ...words });
      this.#resolveYielded();
    } else if (refusal && settings.onRefusal === 'exit') {
      observer.observe({ kind: 'xmpp-offline', ...words });
      this.#resolveFatal(inOneSentence(words));
      this.#resolveYielded();
    } else {
      // [COMP-09] [COMP-10] [COMP-11] refused: at the slowest pace, so that two instances never fight in a tight loop
      const retryInMs = refusal ? settings.reconnect.max : this.#backoff.next();
      this.#cancelRetry = clock.after(retryInMs, () => this.start());
      observer.observe({ kind: 'xmpp-offline', ...words, retryInMs });
    }
  }

  /** An answer that was due while the link was down goes out over the next one, if that is there. */
  #send(stanza: Element): void {
    const lost = (error?: Error) =>
      this.#options.observer.observe({
        kind: 'xmpp-warning',
        message: `could not send a stanza (${stanza.name}) to the server`,
        ...(error && { error }),
      });
    if (this.#stream === undefined || !this.online) lost();
    else this.#stream.send(stanza).catch(lost);
  }

  #reportRival(): void {
    if (this.#rivalReported) return;
    this.#rivalReported = true;
    const { domain } = this.#options.settings;
    const message = `another component is connected as ${domain}, too: each gets a part of the requests, and transfers fail; stop one of them`;
    this.#options.observer.observe({ kind: 'xmpp-warning', message });
  }
}

function inOneSentence({ reason, advice }: Omit<Explanation, 'refusal'>): string {
  return advice === undefined ? reason : `${reason}: ${advice}`;
}
