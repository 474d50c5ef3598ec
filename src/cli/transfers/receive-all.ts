// Files from whoever may offer them, several at a time, into one folder.

import type { FileOffer } from '../../client/receive/file-offer.ts';
import { receiveFiles } from '../../client/receive-files.ts';
import { normalise } from '../../client/same-jid.ts';
import type { Session } from '../../client/session.ts';
import { attribute, xml } from '../../wire/xml.ts';
import { formatBytes } from '../demo/sizes.ts';
import type { AskYesNo } from './questions.ts';
import { printable, type Reporter } from './reporter.ts';
import { type AcceptRule, isWelcome } from './welcome.ts';

export interface ReceiveAll {
  readonly folder: string;
  readonly rule: AcceptRule;
  /** Needed for the rule `ask`. */
  readonly ask: AskYesNo;
  /** End with the first transfer. */
  readonly once: boolean;
  /** Whether senders may be connected to, or only proxies. */
  readonly direct: boolean;
  /** Whether they may be on this machine. */
  readonly allowLocalHosts: boolean;
  /** Aborted when the connection is lost for good, with which no more can come. */
  readonly gone: AbortSignal;
}

/** Who showed himself and was answered; more are forgotten, which costs them an answer twice. */
const MAX_GREETED = 1000;

/**
 * Until the signal, the end of one transfer, or that of the connection; returns whether no transfer has failed.
 * @throws why the connection was lost, when more was wanted
 */
export async function receiveAll(
  session: Session,
  options: ReceiveAll,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<boolean> {
  const running = new Set<Promise<boolean | undefined>>();
  const over = new AbortController();
  let isGood = true;
  const take = async (offer: FileOffer) => {
    if (options.once && running.size > 0) {
      offer.decline('One file at a time.');
      return;
    }
    const transfer = receiveOne(offer, options, reporter, signal);
    running.add(transfer);
    const went = await transfer;
    running.delete(transfer);
    if (went === undefined) return;
    isGood &&= went;
    if (options.once) over.abort();
  };
  const { direct, allowLocalHosts, rule, gone } = options;
  const receiver = receiveFiles(session, take, {
    direct,
    allowLocalHosts,
    isWelcome: (from) => isWelcome(rule, from),
  });
  const stopGreeting = greetBack(session, rule);
  const end = AbortSignal.any([signal, over.signal, gone]);
  if (!end.aborted)
    await new Promise<void>((resolve) => end.addEventListener('abort', () => resolve(), { once: true }));
  stopGreeting();
  receiver.close();
  await Promise.all(running);
  if (gone.aborted && !signal.aborted && !over.signal.aborted) throw gone.reason;
  return isGood;
}

/** Whether it arrived; undefined when it was declined. */
async function receiveOne(
  offer: FileOffer,
  { rule, ask, folder }: ReceiveAll,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const { from, file } = offer;
  const limits = AbortSignal.any([signal, offer.signal]);
  const question = `Take ${printable(file.name)} (${formatBytes(file.size)}) from ${printable(from)}?`;
  if (rule.kind === 'ask' && !(await ask(question, limits))) {
    offer.decline();
    return undefined;
  }
  const report = reporter.begin({ peer: from, file: file.name, size: file.size });
  try {
    const { streamhost, ...received } = await offer.accept({
      ...{ to: folder, signal },
      onEvent: (event) => event.event === 'progress' && report.progress(event.bytes),
    });
    report.done({ ...received, ...(streamhost && { host: streamhost.host, port: streamhost.port }) });
    return true;
  } catch (error) {
    report.failed(error instanceof Error ? error : new Error(String(error)));
    return false;
  }
}

/**
 * Shows us to those who show themselves and may offer files, so that a sender who is not in our contact list finds
 * this resource. Once to each, so that two who do this do not go on for ever.
 */
function greetBack(session: Session, rule: AcceptRule): () => void {
  const greeted = new Set<string>();
  return session.onPresence((presence) => {
    const from = attribute(presence, 'from') ?? '';
    const isNew =
      from.includes('/') && normalise(from) !== normalise(session.jid) && !greeted.has(normalise(from));
    if (attribute(presence, 'type') !== undefined || !isNew || !isWelcome(rule, from)) return;
    if (greeted.size >= MAX_GREETED) greeted.clear();
    greeted.add(normalise(from));
    session.send(xml('presence', { to: from })).catch(() => {}); // whoever is found no more has to be named in full
  });
}
