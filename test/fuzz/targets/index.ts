// Everything that takes input from strangers, or from an operator in a hurry.

import type { Target } from '../target.ts';
import { configuration } from './configuration.ts';
import { peers } from './peers.ts';
import { proxyHeader } from './proxy-header.ts';
import { socks } from './socks.ts';
import { stanzaStream } from './stanzas.ts';

export const targets: readonly Target[] = [socks, proxyHeader, stanzaStream, peers, configuration];
