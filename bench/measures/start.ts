// The first half of table 6: from the start of the process until it has joined the server and accepts connections.

import { CleanUp } from '../clean-up.ts';
import { type EngineName, engineTitles, startSite } from '../contenders/ours.ts';
import { inRounds, type Samples } from '../rounds.ts';
import type { Bench } from '../stage.ts';

const READY_MS = 20_000;

/** Milliseconds. */
export async function measureStart(bench: Bench, engines: readonly EngineName[]): Promise<Samples<number>> {
  bench.journal.say('start to ready');
  const subjects = engines
    .map((engine) => ({ engine, title: engineTitles[engine] }))
    .filter(({ title }) => !bench.journal.leftOut.has(title));
  return inRounds(bench, subjects, async ({ engine }) => {
    const cleanUp = new CleanUp();
    try {
      const { start } = await startSite(engine, cleanUp);
      const began = performance.now();
      const daemon = await start();
      // The link is the last thing that it opens.
      await daemon.child.line(/"msg":"joined the XMPP server"/, READY_MS);
      return performance.now() - began;
    } finally {
      await cleanUp.run();
    }
  });
}
