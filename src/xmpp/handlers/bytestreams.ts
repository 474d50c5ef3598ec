// The proxy itself: where it listens, and the activation of a pair that is connected there. [XEP-0065 §4, §6.3.5]

import type { Observer, Rendezvous, RequestResult } from '../../rendezvous/ports.ts';
import { BYTESTREAMS, readActivation, readAddressQuery, writeStreamhosts } from '../../wire/bytestreams.ts';
import { detach } from '../../wire/detach.ts';
import { candidateKeys } from '../../wire/session-key.ts';
import { type Answer, answer, type Request, refuse, type Service } from '../service.ts';

export interface ProxyDependencies {
  readonly rendezvous: Rendezvous;
  readonly observer: Observer;
  /** Judges a requester by its JID, at the query and again at the activation. */
  isAllowed(jid: string): boolean;
  /** Whether anything of its quotas is left to a requester; `text` says when there will be again. */
  quotaOf?(jid: string): Promise<{ readonly ok: true } | { readonly ok: false; readonly text: string }>;
  /** What clients are told, in this order; empty while there is no usable address. [S5B-P-18] [S5B-P-19] */
  streamhosts(): readonly { readonly host: string; readonly port: number }[];
}

export function bytestreams(proxy: ProxyDependencies): Service {
  return {
    namespace: BYTESTREAMS,
    element: 'query',
    get: (request) => tellAddress(proxy, request),
    set: (request) => activate(proxy, request),
  };
}

/** Nothing is reserved or kept. [S5B-P-16] */
async function tellAddress(proxy: ProxyDependencies, { from, to, payload }: Request): Promise<Answer> {
  const tell = (result: RequestResult) =>
    proxy.observer.observe({ kind: 'address-query', result, requester: from });
  const query = readAddressQuery(payload);
  if (!query.ok) {
    tell('bad-request'); // [S5B-P-20]
    return refuse('bad-request');
  }
  if (!proxy.isAllowed(from)) {
    tell('forbidden'); // [S5B-P-17]
    return refuse('forbidden');
  }
  if (proxy.rendezvous.draining) {
    tell('draining'); // [S5B-P-73] nobody new could connect
    return refuse('draining');
  }
  const quota = await proxy.quotaOf?.(from);
  if (quota?.ok === false) {
    tell('quota'); // [S5B-P-73] here it can still choose another way (docs/adr/0008-quota-store.md)
    return refuse('quota', quota.text);
  }
  const streamhosts = proxy.streamhosts();
  if (streamhosts.length === 0) {
    tell('no-address'); // [S5B-P-18] an error, never an empty result (clients.md 2.6)
    return refuse('no-address');
  }
  tell('ok');
  // [S5B-P-11] the address at which we were asked is where activation works
  return answer(
    writeStreamhosts(
      streamhosts.map((streamhost) => ({ ...streamhost, jid: to })),
      query.sid,
    ),
  );
}

/** The relay is live before the answer is written [S5B-P-46]; the answer is an empty iq (clients.md 2.13). */
async function activate(proxy: ProxyDependencies, { from, payload }: Request): Promise<Answer> {
  const activation = readActivation(payload);
  const target = activation.ok ? activation.target : '';
  const tell = (result: RequestResult, error?: Error) =>
    proxy.observer.observe({
      kind: 'activation',
      result,
      requester: from,
      target,
      ...(error && { error }),
    });
  if (!activation.ok) {
    tell('bad-request');
    return refuse(activation.reason);
  }
  const keys = candidateKeys(activation.sid, from, target); // [S5B-P-31]
  if (!proxy.isAllowed(from)) {
    proxy.rendezvous.dismiss(keys); // [S5B-P-71] or the target would wait for ever
    tell('forbidden');
    return refuse('forbidden');
  }
  try {
    const parties = { requester: detach(from), target: detach(target) };
    const verdict = await proxy.rendezvous.activate(keys, parties);
    tell(verdict.ok ? 'ok' : verdict.reason);
    return verdict.ok ? { ok: true } : refuse(verdict.reason, verdict.text); // [S5B-P-60]
  } catch (cause) {
    tell('failed', cause instanceof Error ? cause : new Error(String(cause))); // [S5B-P-65]
    return refuse('failed');
  }
}
