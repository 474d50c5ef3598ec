// Asking the person at the terminal, one question at a time.

import { createInterface } from 'node:readline/promises';

/** Answers yes or no; no when called off. */
export type AskYesNo = (question: string, signal: AbortSignal) => Promise<boolean>;

/** Ctrl-C at a question is what it is elsewhere. */
export function createQuestions(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  onInterrupt: () => void,
): AskYesNo {
  let last = Promise.resolve(false);
  const ask: AskYesNo = async (question, signal) => {
    if (signal.aborted) return false;
    const reader = createInterface({ input, output });
    reader.once('SIGINT', onInterrupt);
    try {
      const answer = await reader.question(`${question} [y/N] `, { signal });
      return /^y(es)?$/i.test(answer.trim());
    } catch {
      return false; // called off, or the terminal is gone
    } finally {
      reader.close();
    }
  };
  return (question, signal) => {
    last = last.then(() => ask(question, signal));
    return last;
  };
}
