import { PassThrough } from 'node:stream';
import { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { createPlainNarrator } from '../../../../src/cli/demo/plain-narrator.ts';
import { createTerminalNarrator } from '../../../../src/cli/demo/terminal-narrator.ts';

describe('the plain narrator', () => {
  const tell = () => {
    const lines: string[] = [];
    return { lines, narrator: createPlainNarrator((line) => lines.push(line)) };
  };

  it('writes a line a step', () => {
    const { lines, narrator } = tell();
    narrator.title('A demo');
    narrator.chapter('Part one');
    narrator.step('alice → bob', 'hello');
    narrator.table([['time', '1 s']]);
    narrator.verdict(true, 'Fine.');
    narrator.verdict(false, 'Broken.');
    expect(lines).toEqual([
      'A demo',
      '\nPart one',
      'alice → bob: hello',
      'time: 1 s',
      '\nOK: Fine.',
      '\nFAILED: Broken.',
    ]);
  });

  it('writes a line of progress every ten per cent, however fine or coarse the pieces', () => {
    const { lines, narrator } = tell();
    const progress = narrator.progress(1000);
    for (const bytes of [1, 99, 100, 101, 199, 450, 459, 1000]) progress.update(bytes, '1 B/s');
    progress.stop();
    expect(lines).toEqual([
      '10 %: 100 B of 1000 B, 1 B/s',
      '40 %: 450 B of 1000 B, 1 B/s',
      '100 %: 1000 B of 1000 B, 1 B/s',
    ]);
  });
});

describe('the narrator for a terminal', () => {
  /** Something that a terminal's narrator takes for one, and what was written to it. */
  const makeTerminal = () => {
    const output: WriteStream = Object.assign(Object.create(WriteStream.prototype), {
      isTTY: true,
      columns: 80,
      getColorDepth: () => 8,
    });
    const written = new PassThrough();
    vi.spyOn(output, 'write').mockImplementation((text) => written.write(text));
    return { narrator: createTerminalNarrator(output), text: () => String(written.read() ?? '') };
  };

  it('aligns its columns', () => {
    const { narrator, text } = makeTerminal();
    narrator.table([
      ['time', '1 s'],
      ['alice sent', '5 bytes'],
    ]);
    narrator.table([]);
    expect(stripVTControlCharacters(text())).toBe('  time        1 s\n  alice sent  5 bytes\n');
  });

  it('draws a bar to the end and gives the cursor back', () => {
    const { narrator, text } = makeTerminal();
    const progress = narrator.progress(2048);
    progress.update(2048, '9.0 MiB/s');
    progress.stop();
    progress.stop();
    const drawn = text();
    expect(stripVTControlCharacters(drawn)).toContain('100 %  2.0 KiB of 2.0 KiB  9.0 MiB/s');
    expect(drawn).toContain('\u001b[?25h');
  });
});
