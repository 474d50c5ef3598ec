#!/usr/bin/env node
// The command line: one file a command.

import { checkCommand } from './check.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { healthCommand } from './health.ts';
import { receiveCommand } from './receive.ts';
import { sendCommand } from './send.ts';
import { serveCommand } from './serve.ts';
import { createCommand, run } from './usage.ts';

const program = createCommand(
  'streamhost',
  'A SOCKS5 Bytestreams proxy (XEP-0065) that joins any XMPP server as an external component.',
);
program
  .addCommand(serveCommand())
  .addCommand(checkCommand())
  .addCommand(healthCommand())
  .addCommand(sendCommand())
  .addCommand(receiveCommand())
  .addCommand(doctorCommand())
  .addCommand(demoCommand());

await run(program, process.argv);
