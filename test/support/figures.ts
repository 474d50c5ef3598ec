// What a run of the fault tests has measured, one line a fault; `npm run faults` makes docs/RELIABILITY.md of it.

import { appendFileSync } from 'node:fs';

/** @param figures what was done and what came of it, such as `200 transfers, 812 cuts: 200 whole, 0 reset` */
export function record(fault: string, figures: string): void {
  console.log(`${fault}: ${figures}`);
  const file = process.env.FAULT_FIGURES;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ fault, figures })}\n`);
}
