// `npm run bench -- transfer`: a large file with our commands, with slixmpp and over plain TCP; a small one in-band.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Daemon } from '../../test/support/interop/daemon.ts';
import { prosody } from '../../test/support/interop/prosody.ts';
import { writeSampleFile } from '../../test/support/interop/sample-file.ts';
import { XmppServer } from '../../test/support/interop/xmpp-server.ts';
import { cpuSeconds } from '../process-usage.ts';
import type { BenchFile, TransferContender } from './contender.ts';
import { ours } from './ours.ts';
import { plainCopy } from './plain-copy.ts';
import { type Sample, type Samples, transferReport, transferTable } from './report.ts';
import { theirs } from './theirs.ts';

const LARGE = 1 << 30;
const SMALL = 16 << 20;
const ROUNDS = 3;
const PASSWORD = 'wonderland';
const REPORT = fileURLToPath(new URL('../TRANSFER.md', import.meta.url));

export async function benchTransfers(signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'streamhost-bench-transfer-'));
  const server = await XmppServer.start(prosody);
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true }), () => server.dispose()];
  try {
    const daemon = await Daemon.join(server);
    stops.push(() => daemon.stop());
    for (const user of ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace'])
      await server.addUser(user, PASSWORD);
    const keep = async (contender: Promise<TransferContender>) => {
      const started = await contender;
      stops.push(() => started.stop());
      return started;
    };
    const [us, them] = ['streamhost', 'slixmpp'] as const;
    const account = { password: PASSWORD };
    const large = [
      plainCopy(folder),
      await keep(ours(server, { title: us, method: 's5b', receiver: 'bob', ...account })),
      await keep(
        theirs(server, { title: them, method: 's5b', sender: 'carol', receiver: 'dave', ...account }),
      ),
    ];
    const small = [
      await keep(ours(server, { title: us, method: 'ibb', receiver: 'erin', ...account })),
      await keep(
        theirs(server, { title: them, method: 'ibb', sender: 'frank', receiver: 'grace', ...account }),
      ),
    ];
    const measure = async (contenders: readonly TransferContender[], size: number) => {
      const file = await writeSampleFile(join(folder, `${size}.bin`), size);
      return rounds(contenders, file, { rounds: ROUNDS, server: server.pid, signal });
    };
    const tables = [
      transferTable(await measure(large, LARGE), {
        ...{ title: '1 GiB through the proxy', note: NOTE_PROXY, size: LARGE, isInBand: false },
        others: ['a plain TCP copy', them],
      }),
      transferTable(await measure(small, SMALL), {
        ...{ title: '16 MiB in-band', note: NOTE_IN_BAND, size: SMALL, isInBand: true, others: [them] },
      }),
    ];
    await writeFile(REPORT, transferReport(tables, ROUNDS));
    console.log(transferReport(tables, ROUNDS));
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

const NOTE_PROXY =
  'From the offer to the receiver’s report. streamhost and slixmpp do the same: the file is read, summed with SHA-256 on ' +
  'both sides and written, and goes through streamhost as the proxy. The copy is read and written, and not summed.';
const NOTE_IN_BAND =
  'In blocks of 4096 bytes through Prosody, each in an iq of its own; read, summed and written as well.';

interface RoundOptions {
  readonly rounds: number;
  /** The process of the XMPP server. */
  readonly server: number;
  readonly signal: AbortSignal;
}

/** Everyone moves the file once, then everyone again. */
async function rounds(
  contenders: readonly TransferContender[],
  file: BenchFile,
  { rounds, server, signal }: RoundOptions,
): Promise<Samples> {
  const samples = new Map<string, Sample[]>(contenders.map(({ title }) => [title, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      signal.throwIfAborted();
      const before = cpuSeconds(server);
      const moved = await contender.move(file);
      samples.get(contender.title)?.push({ ...moved, serverSeconds: cpuSeconds(server) - before });
      console.error(
        `${contender.title}: ${file.size} bytes in ${moved.seconds.toFixed(2)} s, ${moved.cpuSeconds.toFixed(2)} s of CPU time`,
      );
    }
  }
  return samples;
}
