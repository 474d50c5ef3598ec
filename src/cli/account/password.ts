// A password from a file, from the environment or from the person at the terminal; never from argv, which everybody can read.

import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

export type Password =
  | { readonly ok: true; readonly password: string }
  | { readonly ok: false; readonly reason: string };

export interface PasswordSources {
  readonly file: string | undefined;
  /** STREAMHOST_PASSWORD. */
  readonly variable: string | undefined;
  /** Whose terminal it is, if there is one. */
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** The file counts more than the environment. */
export async function findPassword(jid: string, sources: PasswordSources): Promise<Password> {
  const { file, variable, input, output } = sources;
  if (file !== undefined) return fromFile(file);
  if (variable) return { ok: true, password: variable };
  if (!input.isTTY)
    return {
      ok: false,
      reason: 'no password: expected --password-file, STREAMHOST_PASSWORD, or a terminal to ask at',
    };
  const password = await ask(`Password of ${jid}: `, input, output);
  return password === '' ? { ok: false, reason: 'no password was given' } : { ok: true, password };
}

async function fromFile(file: string): Promise<Password> {
  try {
    const password = (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
    return password === ''
      ? { ok: false, reason: `--password-file ${file} is empty` }
      : { ok: true, password };
  } catch (error) {
    return { ok: false, reason: `--password-file ${file} cannot be read: ${(error as Error).message}` };
  }
}

/** What is typed is not shown. Ctrl-C gives an empty text. */
async function ask(question: string, input: NodeJS.ReadStream, output: NodeJS.WriteStream): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: nowhere, terminal: true }); // from here on the terminal shows nothing
  output.write(question);
  try {
    const interrupted = new Promise<string>((resolve) => reader.once('SIGINT', () => resolve('')));
    return await Promise.race([reader.question(''), interrupted]);
  } finally {
    reader.close();
    output.write('\n');
  }
}
