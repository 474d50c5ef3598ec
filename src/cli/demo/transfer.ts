// One file from alice to bob through the proxy, with the client library, told step by step.

import {
  discoverItems,
  type FileSource,
  findProxies,
  type ReceivedFile,
  receiveFiles,
  type SentFile,
  type Streamhost,
  sendFile,
  type TransferEvent,
} from '../../client/index.ts';
import type { Narrator, Progress } from './narrator.ts';
import { formatBytes, formatRate } from './sizes.ts';
import type { Stage } from './stage.ts';
import { summingSink } from './summing-sink.ts';

export interface Transferred {
  readonly sent: SentFile;
  readonly received: ReceivedFile;
}

/** @throws Error that says what failed and why; both connections are closed then */
export async function transfer(
  { alice, bob, server }: Pick<Stage, 'alice' | 'bob' | 'server'>,
  payload: FileSource,
  narrator: Narrator,
  signal: AbortSignal,
): Promise<Transferred> {
  const items = await discoverItems(alice.session, server, { signal });
  narrator.step('alice → server', `what is there? ${items.join(', ')}`);
  const [proxy] = await findProxies(alice.session, { signal });
  if (proxy === undefined) throw new Error(`${server} lists no bytestreams proxy`);
  narrator.step('alice → proxy', `where do you listen? ${proxy.streamhosts.map(addressOf).join(', ')}`);

  let progress: Progress | undefined;
  const showProgress = (bytes: number, rate: string) => {
    progress ??= narrator.progress(payload.size); // only now: a bar and the steps before it share the terminal
    progress.update(bytes, rate);
  };
  const receiving = new Promise<ReceivedFile>((resolve) => {
    const onEvent = tellTarget(narrator, showProgress);
    const accept = (transfer: Promise<ReceivedFile>) => resolve(transfer);
    // All is on this machine: its own proxy is on loopback.
    receiveFiles(bob.session, (offer) => accept(offer.accept({ to: summingSink, signal, onEvent })), {
      allowLocalHosts: true,
    });
  });
  const sending = sendFile(alice.session, {
    ...{ to: bob.jid, source: payload, direct: false, methods: ['s5b'], signal },
    onEvent: tellRequester(narrator, payload, bob.jid),
  });
  receiving.catch(() => {}); // told below, unless the sender fails first
  try {
    const [sent, received] = await Promise.all([sending, receiving]);
    return { sent, received };
  } finally {
    progress?.stop();
  }
}

function tellRequester({ step }: Narrator, { name, size }: FileSource, target: string) {
  return (happened: TransferEvent) => {
    if (happened.event === 'offered') step('alice → bob', `I offer ${name}, ${formatBytes(size)}`);
    if (happened.event === 'accepted') step('bob → alice', 'I take it, by SOCKS5 bytestreams');
    if (happened.event === 'streamhosts')
      step('alice → bob', `connect to ${happened.streamhosts.map(addressOf).join(', ')}`);
    if (happened.event === 'connected') step('alice → proxy', `SOCKS5 CONNECT, activate for ${target}`);
  };
}

function tellTarget({ step }: Narrator, showProgress: Progress['update']) {
  let begun = 0;
  return (happened: TransferEvent) => {
    if (happened.event === 'connected') {
      begun = performance.now();
      step('bob → proxy', 'SOCKS5 CONNECT');
      if (happened.streamhost) step('bob → alice', `I use ${happened.streamhost.jid}`);
    }
    if (happened.event === 'progress')
      showProgress(happened.bytes, formatRate(happened.bytes, performance.now() - begun));
  };
}

function addressOf({ host, port }: Streamhost): string {
  return `${host}:${port}`;
}
