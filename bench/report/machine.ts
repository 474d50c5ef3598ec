// What a reader has to know of the machine to read the numbers.

import { cpus, release, type as systemType, totalmem, userInfo } from 'node:os';

const GIBIBYTE = 1 << 30;

/** As lines of a list. */
export function describeMachine(): readonly string[] {
  const processors = cpus();
  const memory = (totalmem() / GIBIBYTE).toFixed(0);
  const user = userInfo().uid === 0 ? 'root' : 'an ordinary user';
  return [
    `${processors.length} × ${processors[0]?.model.trim()}, ${memory} GiB`,
    `${systemType()} ${release()}, Node.js ${process.versions.node}`,
    `everything on loopback and run by ${user}; the load (native/load.c) beside the relay`,
  ];
}
