// Our daemon with one of its engines, behind the embedded server of src/testbed, which is asked to deliver activations.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigInput } from '../../src/config/schema.ts';
import { Testbed } from '../../src/testbed/testbed.ts';
import { Daemon, type ServerSite } from '../../test/support/interop/daemon.ts';
import { within } from '../../test/support/interop/deadline.ts';
import { CleanUp } from '../clean-up.ts';
import { Activations } from './activations.ts';
import { type Contender, NotAvailableError, type Running } from './contender.ts';
import { nameTransfer } from './transfers.ts';

export type EngineName = 'splice' | 'stream';

const DOMAIN = 'example.test';
const PROXY = { domain: 'proxy.example.test', secret: 'bench-secret' };
const LINE_MS = 10_000;
const ACTIVATION_MS = 20_000;
/** As many as 20,000 descriptors allow. */
const MOST_STREAMS = 9_900;
const LIMITS = {
  handshakes: 1024,
  waiting: 20_000,
  streams: MOST_STREAMS,
  streamsPerUser: MOST_STREAMS,
  streamsPerDomain: MOST_STREAMS,
};

export const engineTitles: Readonly<Record<EngineName, string>> = {
  splice: 'streamhost, splice',
  stream: 'streamhost, stream (portable)',
};

/** @param rates what it holds its streams to; default: nothing */
export function ours(engine: EngineName, rates?: ConfigInput['rates']): Contender {
  return { id: engine, title: engineTitles[engine], start: () => startOurs(engine, rates) };
}

async function startOurs(engine: EngineName, rates: ConfigInput['rates']): Promise<Running> {
  const cleanUp = new CleanUp();
  try {
    const { site, testbed } = await startSite(engine, cleanUp);
    const daemon = await startDaemon(site, engine, cleanUp, rates);
    const activations = new Activations(testbed, PROXY.domain);
    const requester = `alice@${DOMAIN}/bench`;
    const target = `bob@${DOMAIN}/bench`;
    return {
      title: engineTitles[engine],
      version: `this repository, Node.js ${process.versions.node}`,
      pid: daemon.child.pid,
      route: {
        kind: 'socks',
        port: daemon.streamhost.port,
        newTransfer() {
          const { sid, key } = nameTransfer(requester, target);
          const activated = () => activations.ask(requester, sid, target);
          return { key, activate: () => within(ACTIVATION_MS, 'an activation', activated()) };
        },
      },
      stop: () => cleanUp.run(),
    };
  } catch (error) {
    await cleanUp.run();
    throw error;
  }
}

/** The embedded server, and a daemon for it that has yet to be started. */
export async function startSite(
  engine: EngineName,
  cleanUp: CleanUp,
): Promise<{ site: ServerSite; testbed: Testbed; start(): Promise<Daemon> }> {
  const folder = await mkdtemp(join(tmpdir(), 'streamhost-ours-'));
  cleanUp.add(() => rm(folder, { recursive: true, force: true }));
  const components = { [PROXY.domain]: PROXY.secret };
  const testbed = await cleanUp.own(Testbed.start({ domain: DOMAIN, components, users: {} }));
  const site = { proxy: PROXY, componentPort: testbed.componentPort, folder };
  return { site, testbed, start: () => startProcess(site, engine, cleanUp) };
}

/** Starts the daemon and waits until it has joined. @throws NotAvailableError if it does not run that engine here */
export async function startDaemon(
  site: ServerSite,
  engine: EngineName,
  cleanUp: CleanUp,
  rates?: ConfigInput['rates'],
): Promise<Daemon> {
  const daemon = await startProcess(site, engine, cleanUp, rates);
  const { text } = await daemon.child.line(/"msg":"starting"/, LINE_MS).catch((error) => {
    const complaint = daemon.child.output.find((line) => line.includes('relay'));
    throw complaint === undefined
      ? error
      : new NotAvailableError(`the daemon refuses it: ${complaint.trim()}`);
  });
  const said: { engine?: unknown } = JSON.parse(text);
  if (said.engine !== engine) {
    const reasons = daemon.child.output.filter((line) => /splice|koffi/.test(line));
    throw new NotAvailableError(`the daemon runs ${said.engine} in its place ${reasons.join(' ')}`.trim());
  }
  await daemon.untilJoined();
  return daemon;
}

function startProcess(
  site: ServerSite,
  engine: EngineName,
  cleanUp: CleanUp,
  rates?: ConfigInput['rates'],
): Promise<Daemon> {
  const config = { relay: { engine }, limits: LIMITS, ...(rates && { rates }) };
  return cleanUp.own(Daemon.start(site, { title: engine, config }));
}
