// What `streamhost check` prints: titles at the margin, and what there is to say below them.

/** One subject and what there is to say about it, a sentence a line. */
export interface Chapter {
  readonly title: string;
  readonly lines: readonly string[];
}

export function formatChapters(chapters: readonly Chapter[]): string {
  return chapters
    .map(({ title, lines }) => [title, ...lines.map((line) => `  ${line}`)].join('\n'))
    .join('\n\n');
}
