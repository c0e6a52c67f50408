/** Changes as a table for people: `+` a new or newest row, `-` a row that is no more. */
import type { Schema, SqlType } from '../../../plan/types.js';

export interface TableRow {
  readonly sign: '+' | '-';
  /** Null is SQL's NULL. */
  readonly cells: readonly (string | null)[];
}

export interface TableOptions {
  readonly head: boolean;
  /** Width of the terminal; null where there is none, and nothing is cut. */
  readonly columns: number | null;
}

const CELL_WIDTH_MIN = 4;

export function renderTable(schema: Schema, rows: readonly TableRow[], options: TableOptions): string {
  const texts = rows.map((row) => row.cells.map((cell) => printable(cell ?? 'NULL')));
  const names = schema.map((field) => printable(field.name));
  const widths = names.map((name, i) =>
    texts.reduce(
      (width, cells) => Math.max(width, displayWidth(cells[i] ?? '')),
      Math.max(CELL_WIDTH_MIN, displayWidth(name)),
    ),
  );
  if (options.columns !== null) shrink(widths, options.columns - 2 - 2 * widths.length);
  const line = (sign: string, cells: readonly string[]): string =>
    `${sign} ${cells.map((cell, i) => align(cell, widths[i] ?? 0, schema[i]?.type)).join('  ')}`.trimEnd();
  const lines = options.head ? [line(' ', names), `  ${widths.map((width) => '─'.repeat(width)).join('  ')}`] : [];
  rows.forEach((row, i) => lines.push(line(row.sign, texts[i] ?? [])));
  return `${lines.join('\n')}\n`;
}

/** Takes from the widest columns until the table fits; a column keeps at least a readable rest. */
function shrink(widths: number[], total: number): void {
  const sum = (): number => widths.reduce((a, b) => a + b, 0);
  while (sum() > total) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= CELL_WIDTH_MIN) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

function align(cell: string, width: number, type: SqlType | undefined): string {
  const characters = Array.from(cell);
  const text = displayWidth(cell) > width ? `${characters.slice(0, Math.max(0, width - 1)).join('')}…` : cell;
  const padding = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return isNumber(type) ? padding + text : text + padding;
}

function isNumber(type: SqlType | undefined): boolean {
  return type !== undefined && ['int', 'bigint', 'double', 'decimal'].includes(type.kind);
}

function displayWidth(text: string): number {
  return Array.from(text).length;
}

/** Control characters (and terminal commands with them) never reach the terminal. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu, '·');
}
