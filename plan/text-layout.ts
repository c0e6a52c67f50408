/** Text for people: wrapped lines and tables of at most 120 columns. Deterministic: no locale, no terminal width. */

export const TEXT_WIDTH_MAX = 120;

/** Breaks at blanks; later lines are indented by `hanging` blanks more. A word longer than a line is cut. */
export function wrapText(text: string, indent: number, hanging: number, width_max = TEXT_WIDTH_MAX): readonly string[] {
  const lines: string[] = [];
  // However deep the nesting, half a line is left for the text.
  const indentUsed = Math.min(indent, Math.floor(width_max / 2));
  const start = ' '.repeat(Math.min(indentUsed + hanging, width_max - 1));
  let line = ' '.repeat(indentUsed);
  let isEmpty = true;
  for (let word of printable(text).split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width_max) {
      lines.push(line);
      line = start;
      isEmpty = true;
    }
    while (line.length + word.length > width_max) {
      const room = Math.max(1, width_max - line.length);
      lines.push(`${line}${word.slice(0, room)}`);
      word = word.slice(room);
      line = start;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  lines.push(line);
  return lines.map((item) => item.trimEnd());
}

/** Text of a plan may hold anything: what would move the cursor or change colours is made visible instead. */
function printable(text: string): string {
  return text
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replace(/[\u0000-\u001f\u007f-\u009f]/gu, '·');
}

const GAP = 2;

/**
 * A table with a heading. Columns are as wide as they need; where that is too much the last ones share what is left and
 * wrap.
 */
export function textTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heading, ...rows];
  const needed = heading.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const widths = fitWidths(needed);
  const rule = widths.map((width) => '-'.repeat(width));
  return [heading, rule, ...rows].map((row) => tableRow(row, widths)).join('');
}

function fitWidths(needed: readonly number[]): readonly number[] {
  const widths = [...needed];
  const room = TEXT_WIDTH_MAX - GAP * (widths.length - 1);
  // The widest gives way first, so that short columns stay readable.
  while (sum(widths) > room) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return widths;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function tableRow(row: readonly string[], widths: readonly number[]): string {
  const cells = widths.map((width, column) => wrapText(row[column] ?? '', 0, 0, width));
  const height = Math.max(...cells.map((lines) => lines.length));
  let text = '';
  for (let line = 0; line < height; line += 1) {
    const parts = widths.map((width, column) => (cells[column]?.[line] ?? '').padEnd(width));
    text += `${parts.join(' '.repeat(GAP)).trimEnd()}\n`;
  }
  return text;
}
