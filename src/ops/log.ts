// The one door to pino and pino-pretty: lines of JSON or for the eye, and every fact told in one of them.

import { createRequire } from 'node:module';
import { isatty } from 'node:tty';
import { pino, stdTimeFunctions } from 'pino';
import type pinoPretty from 'pino-pretty';
import type { Fact, Observer } from '../rendezvous/ports.ts';
import type { AuditOptions } from './audit.ts';
import { flush, type LogDestination, standardOutput } from './destination.ts';
import { createWriter } from './mask.ts';
import { type Fields, type Level, type Style, tell } from './tell.ts';

export type { LogDestination };

/** The keys of `log` in the configuration. */
export interface LogOptions {
  readonly level: Level | 'silent';
  readonly format: 'json' | 'pretty';
  readonly jids: 'full' | 'masked';
  readonly addresses: 'full' | 'masked';
}

export interface Log extends Observer {
  /** Takes other settings, but for the format. */
  configure(options: LogOptions, audit: AuditOptions): void;
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** Resolves when everything is written, or after a second if the reader does not take it. Never rejects. */
  flush(): Promise<void>;
}

/**
 * Opens the log; it writes to standard output unless another destination is given.
 * @param audit decides how streams that have ended are told
 */
export function createLog(
  options: LogOptions,
  audit: AuditOptions,
  destination: LogDestination = standardOutput(),
): Log {
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    options.format === 'json' ? destination : prettified(destination),
  );
  let style = styleOf(options, audit);
  const write =
    (level: Level) =>
    (message: string, fields: Fields = {}) =>
      logger[level](fields, message);
  return {
    configure(newOptions, newAudit) {
      logger.level = newOptions.level;
      style = styleOf(newOptions, newAudit);
    },
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    observe(fact: Fact) {
      const { level, message, fields } = tell(fact, style);
      if (logger.isLevelEnabled(level)) logger[level]({ event: fact.kind, ...fields }, message);
    },
    flush: () => flush(destination),
  };
}

function styleOf({ jids, addresses }: LogOptions, { enabled, file, mask, key }: AuditOptions): Style {
  const own = { jids: jids === 'masked', addresses: addresses === 'masked' };
  const both = { jids: own.jids || mask.jids, addresses: own.addresses || mask.addresses };
  return {
    write: createWriter(own, key),
    writeAudit: createWriter(both, key),
    hasAudit: enabled && file === undefined,
  };
}

/** Loads pino-pretty only here: a daemon that writes JSON starts without it. */
function prettified(destination: LogDestination): LogDestination {
  const pretty: typeof pinoPretty = createRequire(import.meta.url)('pino-pretty');
  const format = pretty.prettyFactory({
    colorize: isatty(1) && pretty.isColorSupported,
    singleLine: true,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l',
    ignore: 'event',
  });
  return { write: (line) => destination.write(format(line)) };
}

/** Only what describes an error; other properties may hold stanzas or secrets. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? error.code : undefined;
  return { type: error.name, message: error.message, code, stack: error.stack };
}
