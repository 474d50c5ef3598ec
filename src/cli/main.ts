#!/usr/bin/env node
// The command line: one file a command, and only the one that is asked for is loaded, so that the daemon starts without
// what the others need.

import type { Command } from 'commander';
import { keepHeapSmall } from './small-heap.ts';
import { createCommand, run } from './usage.ts';

/** In the order in which the help lists them. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['serve', async () => (await import('./serve.ts')).serveCommand()],
  ['check', async () => (await import('./check.ts')).checkCommand()],
  ['health', async () => (await import('./health.ts')).healthCommand()],
  ['send', async () => (await import('./send.ts')).sendCommand()],
  ['receive', async () => (await import('./receive.ts')).receiveCommand()],
  ['doctor', async () => (await import('./doctor.ts')).doctorCommand()],
  ['demo', async () => (await import('./demo.ts')).demoCommand()],
]);

const program = createCommand(
  'streamhost',
  'A SOCKS5 Bytestreams proxy (XEP-0065) that joins any XMPP server as an external component.',
);
const asked = commands.get(process.argv[2] ?? '');
if (process.argv[2] === 'serve') keepHeapSmall();
for (const load of asked ? [asked] : commands.values()) program.addCommand(await load());

await run(program, process.argv);
