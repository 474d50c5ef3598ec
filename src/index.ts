/// <reference types="node" preserve="true" />
// The package as a library: the daemon inside another Node.js program.

export { type Loaded, loadConfig, type Sources } from './config/load.ts';
export type { Config, ConfigInput } from './config/schema.ts';
export { type Daemon, type DaemonParts, StartError, startDaemon } from './daemon.ts';
export type { RelayEngine } from './rendezvous/ports.ts';
