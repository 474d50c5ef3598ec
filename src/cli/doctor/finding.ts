// What the doctor finds: one line a question, with what to do where something is wrong.

export type Verdict =
  | 'ok'
  | 'warning' // works, but not for everyone, or not for long
  | 'problem' // file transfer does not work, or will not
  | 'unknown'; // could not be told, and why

export interface Finding {
  /** The question, in a word or three: the same in every run, for monitoring. */
  readonly check: string;
  readonly verdict: Verdict;
  readonly detail: string;
  /** What to change, and where. */
  readonly advice?: string;
}

export const ok = (check: string, detail: string): Finding => ({ check, verdict: 'ok', detail });

export const warning = (check: string, detail: string, advice: string): Finding => {
  return { check, verdict: 'warning', detail, advice };
};

export const problem = (check: string, detail: string, advice: string): Finding => {
  return { check, verdict: 'problem', detail, advice };
};

export const unknown = (check: string, detail: string): Finding => ({ check, verdict: 'unknown', detail });

/** A part of the report. */
export interface Chapter {
  readonly title: string;
  readonly findings: readonly Finding[];
}

export function isHealthy(chapters: readonly Chapter[]): boolean {
  return chapters.every(({ findings }) => findings.every(({ verdict }) => verdict !== 'problem'));
}

const MARKS: Readonly<Record<Verdict, string>> = { ok: '✓', warning: '!', problem: '✗', unknown: '?' };

/** One page of text. */
export function formatChapters(chapters: readonly Chapter[]): string {
  const parts = chapters
    .filter(({ findings }) => findings.length > 0)
    .map(({ title, findings }) => [title, ...findings.flatMap(formatFinding), ''].join('\n'));
  const verdict = isHealthy(chapters)
    ? 'File transfer works, as far as could be told.'
    : 'File transfer does not work.';
  return `${parts.join('\n')}\n${verdict}\n`;
}

function formatFinding({ check, verdict, detail, advice }: Finding): string[] {
  const line = `  ${MARKS[verdict]} ${check}: ${detail}`;
  return advice === undefined ? [line] : [line, `      → ${advice}`];
}
