import { stripVTControlCharacters } from 'node:util';
import type { Fact } from '../../core/text/facts.js';

const segmenter = new Intl.Segmenter();
const wide =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\uff01-\uff60]|\p{Emoji_Presentation}/u;

/** Columns that `text` takes on a terminal; colours count nothing, East Asian characters two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(stripVTControlCharacters(text))) {
    width += wide.test(segment) ? 2 : 1;
  }
  return width;
}

export const padEnd = (text: string, width: number) =>
  text + ' '.repeat(Math.max(0, width - displayWidth(text)));

/** `text` in at most `width` columns, with an ellipsis in the middle, where names differ least. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const segments = [...segmenter.segment(text)].map(({ segment }) => segment);
  let keep = Math.max(0, width - 1);
  for (;;) {
    const tail = Math.floor(keep / 2);
    const short = `${segments.slice(0, keep - tail).join('')}…${segments.slice(segments.length - tail).join('')}`;
    if (displayWidth(short) <= width || keep === 0) return short;
    keep--;
  }
}

/** Lines of at most `width` columns, broken between words; longer words stay whole. */
export function wrap(text: string, width: number): string[] {
  return text.split(/\r?\n/).flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(/ +/)) {
      if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    return [...lines, line];
  });
}

/** A label and its text: continuation lines stand under the first. */
export function labelled(label: string, text: string, labelWidth: number, width: number): string {
  const [first = '', ...rest] = wrap(text, Math.max(20, width - labelWidth));
  return [padEnd(label, labelWidth) + first, ...rest.map((line) => ' '.repeat(labelWidth) + line)]
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Facts one below the other, indented; control characters do not reach the terminal. */
export const factLines = (facts: readonly Fact[], labelWidth: number, width: number): string[] =>
  facts.map(([label, value]) => labelled(`  ${label}`, printable(value), labelWidth, width));

/**
 * Rows under their headings, columns as wide as they need to be, two blanks apart. Names and
 * messages come from elsewhere: control characters in them would move the cursor.
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [headings, ...rows].map((cells) =>
    cells.map((cell) => printable(cell.replace(/\s+/g, ' '))),
  );
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((cells) => displayWidth(cells[column] ?? ''))),
  );
  return lines.map((cells) =>
    cells
      .map((cell, column) => padEnd(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** `text` without control characters, which would move the cursor or recolour the terminal. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    '\ufffd',
  );
}
