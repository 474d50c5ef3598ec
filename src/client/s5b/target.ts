// The target of a bytestream: expects one, connects to a streamhost of the offer, says which. [XEP-0065 §5.3, §6.3]

import { type BytestreamOffer, readBytestreamOffer, writeUsed } from '../../wire/bytestream-offer.ts';
import { BYTESTREAMS, type Streamhost } from '../../wire/bytestreams.ts';
import { sessionKey } from '../../wire/session-key.ts';
import { limited, within } from '../deadline.ts';
import { NoStreamhostReachableError, StanzaError } from '../errors.ts';
import type { Answer, IncomingRequest } from '../handlers.ts';
import { isSameJid, normalise } from '../same-jid.ts';
import type { Session } from '../session.ts';
import { type Bytestream, bytestream } from './bytestream.ts';
import type { Connect } from './dial.ts';
import { chooseConnect } from './hosts.ts';
import { connectToFirst } from './race.ts';

export interface TargetOptions {
  /**
   * Whether a peer may send us to loopback, link-local and multicast addresses; default false. Those of a proxy
   * of our own server are always dialled. [S5B-T-08]
   */
  readonly allowLocalHosts?: boolean;
  /** Whether to connect to the requester itself, which learns our address then; else to its proxies only. Default true. */
  readonly direct?: boolean;
  /** How connections are made; default: plain TCP. */
  readonly connect?: Connect;
  /** For connecting to one streamhost; default 5 000 ms. [S5B-T-05] */
  readonly hostMs?: number;
  /** For all of them; default 30 000 ms. */
  readonly allHostsMs?: number;
  /** Before the next streamhost is tried beside the one before; default 300 ms. */
  readonly headStartMs?: number;
}

export interface ExpectOptions extends TargetOptions {
  /** The requester's full JID. */
  readonly from: string;
  readonly sid: string;
  /** Until a bytestream stands; default 120 000 ms. [SI-R-13] */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Told when an offer has failed; the requester may try again, or another way. */
  readonly onFailure?: (error: NoStreamhostReachableError) => void;
}

/**
 * Waits for the bytestream that has been agreed on with a peer. It is ready for reading, but nothing tells when a
 * proxy's is activated: the first byte may take a while. [S5B-T-11]
 * @throws TimedOutError, CancelledError, OfflineError
 */
export async function expectBytestream(session: Session, options: ExpectOptions): Promise<Bytestream> {
  const { from, sid, signal, timeoutMs = 120_000 } = options;
  const end = new AbortController();
  const expectation = new Expectation(session, options, end.signal);
  const forget = answerBytestreams(session).expect(from, sid, expectation);
  try {
    return await limited(expectation.stands, `a bytestream from ${from}`, timeoutMs, session.link, signal);
  } finally {
    forget();
    end.abort();
  }
}

/** Refuses every bytestream that nobody expects, from now on. [S5B-T-02] [SI-R-11] */
export function answerBytestreams(session: Session): Desk {
  const desk = desks.get(session) ?? new Desk(session);
  desks.set(session, desk);
  return desk;
}

const desks = new WeakMap<Session, Desk>();

/** Who expects which bytestream of a session. */
class Desk {
  readonly #expected = new Map<string, Expectation>();

  constructor(session: Session) {
    session.handle('set', BYTESTREAMS, 'query', (request) => this.#take(request));
  }

  expect(from: string, sid: string, expectation: Expectation): () => void {
    const key = keyOf(from, sid);
    if (this.#expected.has(key)) throw new Error(`a bytestream ${sid} from ${from} is expected already`);
    this.#expected.set(key, expectation);
    return () => void this.#expected.delete(key);
  }

  #take(request: IncomingRequest): Answer | Promise<Answer> {
    const read = readBytestreamOffer(request.payload);
    if (!read.ok) return refuse(read.reason === 'udp' ? 'not-acceptable' : 'bad-request', 'modify'); // [S5B-T-01] [S5B-T-03]
    const expectation = this.#expected.get(keyOf(request.from, read.offer.sid));
    return expectation?.take(request, read.offer) ?? refuse('not-acceptable', 'modify');
  }
}

class Expectation {
  readonly stands: Promise<Bytestream>;
  readonly #session: Session;
  readonly #options: TargetOptions & Pick<ExpectOptions, 'onFailure'>;
  readonly #end: AbortSignal;
  #settle: (stands: Bytestream) => void = () => {};
  #isBusy = false;

  constructor(session: Session, options: ExpectOptions, end: AbortSignal) {
    this.#session = session;
    this.#options = options;
    this.#end = end;
    this.stands = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Undefined while an offer under this sid is being taken. */
  take(request: IncomingRequest, offer: BytestreamOffer): Promise<Answer> | undefined {
    if (this.#isBusy) return undefined;
    this.#isBusy = true;
    return this.#connect(request, offer).finally(() => {
      this.#isBusy = false;
    });
  }

  async #connect({ from, to, signal }: IncomingRequest, offer: BytestreamOffer): Promise<Answer> {
    const { hostMs = 5_000, allHostsMs = 30_000, headStartMs = 300, onFailure = () => {} } = this.#options;
    const { direct = true } = this.#options;
    const streamhosts = offer.streamhosts.filter(({ jid }) => direct || !isSameJid(jid, from));
    const key = offer.dstaddr ?? sessionKey(offer.sid, from, to); // [S5B-T-06] [S5B-T-07]
    const limits = within(allHostsMs, signal, this.#end);
    const connect = await chooseConnect(this.#session, streamhosts, this.#options, limits);
    const outcome = await connectToFirst(streamhosts, {
      key,
      connect,
      hostMs,
      headStartMs,
      signal: limits,
    });
    if (!outcome.ok || this.#end.aborted) {
      if (outcome.ok) outcome.connected.socket.destroy();
      else onFailure(describe(streamhosts, outcome.errors));
      return refuse('item-not-found', 'cancel'); // [S5B-T-10]
    }
    const { socket, streamhost } = outcome.connected;
    this.#settle(bytestream(socket, streamhost, from));
    return writeUsed(offer.sid, streamhost.jid);
  }
}

function describe(streamhosts: readonly Streamhost[], errors: readonly Error[]): NoStreamhostReachableError {
  const reasons = errors.map(({ message }) => message).join('; ');
  const what = `none of ${streamhosts.length} streamhosts could be reached`;
  return new NoStreamhostReachableError(reasons === '' ? what : `${what}: ${reasons}`);
}

function refuse(condition: string, type: string): StanzaError {
  return new StanzaError({ condition, type });
}

function keyOf(from: string, sid: string): string {
  return JSON.stringify([normalise(from), sid]);
}
