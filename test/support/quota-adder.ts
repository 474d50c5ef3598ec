// A process of its own that adds to a store one byte at a time, and says how many it is sure of; for tests that kill it.

import { LmdbSums } from '../../src/store/lmdb.ts';

const [folder = '', period = '', subject = ''] = process.argv.slice(2);
const sums = LmdbSums.open(folder);

function addOne(): void {
  sums.add([{ period, subject, bytes: 1 }]);
  process.stdout.write('1');
  setImmediate(addOne);
}

addOne();
