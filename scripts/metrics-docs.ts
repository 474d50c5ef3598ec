// Writes docs/METRICS.md; with --check says whether it is current.

import { writeOrCheck } from './generated.ts';
import { metricsFiles } from './metrics/page.ts';

process.exitCode = writeOrCheck(await metricsFiles(), process.argv[2]);
