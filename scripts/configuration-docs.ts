// Writes docs/CONFIGURATION.md and config/streamhost.schema.json; with --check says whether they are current.

import { configurationFiles } from './configuration/page.ts';
import { writeOrCheck } from './generated.ts';

process.exitCode = writeOrCheck(configurationFiles(), process.argv[2]);
