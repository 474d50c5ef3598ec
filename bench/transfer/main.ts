// `npm run bench -- transfer`: a large file with our commands, with slixmpp and over plain TCP; a small one in-band.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Daemon } from '../../test/support/interop/daemon.ts';
import { prosody } from '../../test/support/interop/prosody.ts';
import { writeSampleFile } from '../../test/support/interop/sample-file.ts';
import { XmppServer } from '../../test/support/interop/xmpp-server.ts';
import type { BenchFile, TransferContender } from './contender.ts';
import { ours } from './ours.ts';
import { plainCopy } from './plain-copy.ts';
import { type Seconds, transferReport, transferTable } from './report.ts';
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
    const throughProxy = await rounds(large, await writeSampleFile(join(folder, 'large.bin'), LARGE), signal);
    const inBand = await rounds(small, await writeSampleFile(join(folder, 'small.bin'), SMALL), signal);
    const tables = [
      transferTable('1 GiB through the proxy', NOTE_PROXY, LARGE, throughProxy, ['a plain TCP copy', them]),
      transferTable('16 MiB in-band', NOTE_IN_BAND, SMALL, inBand, [them]),
    ];
    await writeFile(REPORT, transferReport(tables, ROUNDS));
    console.log(transferReport(tables, ROUNDS));
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

const NOTE_PROXY =
  'From the offer to the receiver’s report. streamhost reads the file, sums it with SHA-256 on both sides and writes it; ' +
  'slixmpp sums it on both sides and writes nothing; the copy is read and written, and not summed. Both clients go ' +
  'through streamhost as the proxy.';
const NOTE_IN_BAND = 'In blocks of 4096 bytes through Prosody, each in an iq of its own.';

/** Everyone moves the file once, then everyone again. */
async function rounds(
  contenders: readonly TransferContender[],
  file: BenchFile,
  signal: AbortSignal,
): Promise<Seconds> {
  const seconds = new Map<string, number[]>(contenders.map(({ title }) => [title, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const contender of contenders) {
      signal.throwIfAborted();
      const taken = await contender.move(file);
      seconds.get(contender.title)?.push(taken);
      console.error(`${contender.title}: ${taken.toFixed(2)} s for ${file.size} bytes`);
    }
  }
  return seconds;
}
