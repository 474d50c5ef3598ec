// Set-up of the interop tests: whatever a failed test has left behind ends with its file. An 'exit' handler alone would
// not do, since vitest may end the process by a signal.

import { afterAll } from 'vitest';
import { killChildren } from './child.ts';

afterAll(killChildren);
