// Several files to one receiver, one after the other; one that fails does not stop the others.

import { basename } from 'node:path';
import { fileSource } from '../../client/files/file-source.ts';
import type { Method } from '../../client/methods.ts';
import { sendFile } from '../../client/send-file.ts';
import type { Session } from '../../client/session.ts';
import type { Reporter } from './reporter.ts';

export interface SendAll {
  readonly files: readonly string[];
  /** A full JID. */
  readonly to: string;
  readonly methods: readonly Method[];
  readonly direct: boolean;
  /** In place of the proxies of our server. */
  readonly proxies?: readonly string[];
}

/** Returns whether all of them arrived. */
export async function sendAll(
  session: Session,
  { files, ...options }: SendAll,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<boolean> {
  let failures = 0;
  for (const path of files) {
    if (!(await sendOne(session, path, options, reporter, signal))) failures++;
    if (signal.aborted) return false;
  }
  return failures === 0;
}

async function sendOne(
  session: Session,
  path: string,
  options: Omit<SendAll, 'files'>,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<boolean> {
  const peer = options.to;
  const source = await fileSource(path).catch((error: Error) => error);
  if (source instanceof Error) {
    reporter.begin({ peer, file: basename(path), size: 0 }).failed(source);
    return false;
  }
  const report = reporter.begin({ peer, file: source.name, size: source.size });
  try {
    const sent = await sendFile(session, {
      ...options,
      ...{ source, signal },
      onEvent: (event) => {
        if (event.event === 'progress') report.progress(event.bytes);
        if (event.event === 'fallback')
          reporter.note(`${source.name}: ${event.error.message}; in-band bytes are next`);
      },
    });
    const { streamhost, method, sha256, seconds, offset } = sent;
    report.done({
      method,
      sha256,
      seconds,
      offset,
      ...(streamhost && { host: streamhost.host, port: streamhost.port }),
    });
    return true;
  } catch (error) {
    report.failed(error instanceof Error ? error : new Error(String(error)));
    return false;
  }
}
