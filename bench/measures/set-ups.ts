// The first half of table 4: set-ups a second, ours and the server's own proxy behind the same Prosody.

import { prosodyWithProxy } from '../../test/support/interop/built-in-proxy.ts';
import { Child } from '../../test/support/interop/child.ts';
import { XmppServer } from '../../test/support/interop/xmpp-server.ts';
import { CleanUp } from '../clean-up.ts';
import { NotAvailableError } from '../contenders/contender.ts';
import { type EngineName, engineTitles, startDaemon } from '../contenders/ours.ts';
import { prosodyProxy } from '../contenders/server-proxies.ts';
import { requireCommand } from '../contenders/software.ts';
import { nameTransfer } from '../contenders/transfers.ts';
import { inRounds, type Samples } from '../rounds.ts';
import type { Bench } from '../stage.ts';

const USER = 'alice';
const PASSWORD = 'wonderland';
const SECRET = 'bench-secret';
const WORKERS = 64;
const RUN_MS = 60_000;
const STOP_MS = 10_000;

/** Set-ups a second. */
export interface SetUpSample {
  readonly alone: number;
  readonly together: number;
}

/** A proxy behind the server. */
interface Subject {
  readonly title: string;
  readonly jid: string;
  readonly port: number;
}

export async function measureSetUps(
  bench: Bench,
  engines: readonly EngineName[],
): Promise<Samples<SetUpSample>> {
  const { journal, plan } = bench;
  const cleanUp = new CleanUp();
  try {
    requireCommand('prosody', 'apt-get install prosody');
    journal.say('set-ups behind Prosody');
    const { server, subjects } = await prepare(bench, engines, cleanUp);
    return await inRounds(bench, subjects, async (subject) => ({
      alone: await run(bench, server, subject, 1, plan.setUpsAlone),
      together: await run(bench, server, subject, WORKERS, plan.setUpsTogether / WORKERS),
    }));
  } catch (error) {
    if (!(error instanceof NotAvailableError)) throw error;
    journal.leftOut.set('set-ups', error.message);
    return new Map();
  } finally {
    await cleanUp.run();
  }
}

async function prepare(bench: Bench, engines: readonly EngineName[], cleanUp: CleanUp) {
  const domainOf = (engine: EngineName) => `${engine}.example.test`;
  const components = Object.fromEntries(engines.map((engine) => [domainOf(engine), SECRET]));
  const { kind, proxy } = await prosodyWithProxy(components);
  const server = await XmppServer.start(kind);
  cleanUp.add(() => server.dispose());
  await server.addUser(USER, PASSWORD);
  const subjects: Subject[] = [];
  for (const engine of engines) {
    const site = {
      proxy: { domain: domainOf(engine), secret: SECRET },
      componentPort: server.componentPort,
      folder: server.folder,
    };
    try {
      const { streamhost } = await startDaemon(site, engine, cleanUp);
      subjects.push({ title: engineTitles[engine], jid: site.proxy.domain, port: streamhost.port });
    } catch (error) {
      if (!(error instanceof NotAvailableError)) throw error;
      bench.journal.leftOut.set(engineTitles[engine], error.message);
    }
  }
  subjects.push({ title: prosodyProxy.title, ...proxy });
  return { server, subjects };
}

async function run(
  { tools }: Bench,
  server: XmppServer,
  { title, jid, port }: Subject,
  workers: number,
  each: number,
): Promise<number> {
  const args = [server.c2sPort, server.domain, jid, port, workers, each].map(String);
  const child = new Child({ title: `the set-ups through ${title}`, command: tools['set-ups'], args });
  child.write(Buffer.from(`\0${USER}\0${PASSWORD}`).toString('base64'));
  for (let worker = 0; worker < workers; worker += 1) {
    for (let i = 0; i < each; i += 1) {
      const { sid, key } = nameTransfer(
        `${USER}@${server.domain}/w${worker}`,
        `target@${server.domain}/bench`,
      );
      child.write(`${sid} ${key}`);
    }
  }
  try {
    const { text } = await child.line(/^\{/, RUN_MS);
    const { setUps, ms }: { setUps: number; ms: number } = JSON.parse(text);
    return setUps / (ms / 1000);
  } finally {
    await child.stop('SIGTERM', STOP_MS);
  }
}
