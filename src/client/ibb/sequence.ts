// Whether a block is the next one, and if not, what is wrong with it. [XEP-0047 §2.2] [IBB-14]

import { SEQ_MODULUS } from '../../wire/ibb.ts';

const HALF = SEQ_MODULUS / 2;

export type Place = 'next' | 'used' | 'gap';

/**
 * The place of a block numbered `seq` after `received` blocks. The numbers wrap, so that a number stands for a block that
 * was or one that is to come: up to 32768 behind it was used, else blocks are missing before it. [IBB-08] [IBB-12] [IBB-13]
 */
export function placeOf(seq: number, received: number): Place {
  const behind = (received - seq + SEQ_MODULUS) % SEQ_MODULUS;
  if (behind === 0) return 'next';
  return behind <= Math.min(received, HALF) ? 'used' : 'gap';
}
