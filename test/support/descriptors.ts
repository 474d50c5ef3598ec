// The descriptors that this process has open, by what they are (Linux).

import { readdirSync, readlinkSync } from 'node:fs';

const DIRECTORY = '/proc/self/fd';

/** Such as `pipe`, `socket`, `anon_inode` or a path, one for each descriptor but the one that reads them. */
export function openDescriptors(): string[] {
  return readdirSync(DIRECTORY).flatMap((fd) => {
    try {
      return [
        readlinkSync(`${DIRECTORY}/${fd}`)
          .replace(/:\[?\d*\]?/, ' ')
          .trim(),
      ];
    } catch {
      return []; // the one that listed the directory
    }
  });
}

/** Ends of pipes, both of them counted. */
export function openPipes(): number {
  return openDescriptors().filter((what) => what === 'pipe').length;
}
