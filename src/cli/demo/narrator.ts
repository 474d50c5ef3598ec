// How the demo is told: one line a step, the progress, the result. For a terminal, or as plain lines.

export interface Narrator {
  title(text: string): void;
  /** A part of the story begins. */
  chapter(text: string): void;
  /** Something that was done between two parties, or by one of them. */
  step(parties: string, what: string): void;
  /** The transfer begins; `total` bytes are expected. */
  progress(total: number): Progress;
  /** Two columns that belong together. */
  table(rows: readonly (readonly [label: string, value: string])[]): void;
  verdict(isGood: boolean, text: string): void;
}

export interface Progress {
  /** @param bytes so far; @param rate in words */
  update(bytes: number, rate: string): void;
  /** At the end, good or bad; a terminal gets its cursor back. Idempotent. */
  stop(): void;
}
