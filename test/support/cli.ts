// The built command line as a child process, with an environment that only the test fills.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Exit {
  /** Null when a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Cli {
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  /**
   * Starts `streamhost` with these arguments; it is killed when the test is over.
   * @param stdout a descriptor that standard output goes to; default: to this object
   */
  constructor(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    stdout: 'pipe' | number = 'pipe',
  ) {
    if (!existsSync(MAIN)) throw new Error('dist/cli/main.js is not there: npm run build');
    const env = { NO_COLOR: '1', ...environment };
    const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['pipe', stdout, 'pipe'] });
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.exited = new Promise((resolve) => {
      child.once('close', (code) => resolve({ code, stdout: this.#stdout, stderr: this.#stderr }));
    });
    onTestFinished(() => void child.kill('SIGKILL'));
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with the first match in standard output; rejects if the process ends without one. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(this.#stdout);
        if (match) resolve(match);
      };
      this.#child.stdout?.on('data', look);
      look();
      void this.exited.then(({ code, stderr }) => reject(new Error(`exited with ${code}: ${stderr}`)));
    });
  }
}

/** Runs `streamhost` to its end. */
export function runCli(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Exit> {
  return new Cli(args, environment).exited;
}
