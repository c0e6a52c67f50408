/**
 * One sequence of bytes per value. Members of maps are sorted by UTF-16 code units; a list or object stands on one line
 * where it fits, else one item a line with two blanks of indentation, so that a review shows a schema as one line per
 * column.
 */
import { InternalError } from '../grammar/diagnostics/internal-error.js';

/** JSON as data. bigint is written as a string of digits. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [name: string]: Json };

export const JSON_LINE_WIDTH_MAX = 120;

/** Indented, members sorted, with a final newline. */
export function canonicalJson(value: Json): string {
  return `${layout(value, sortedEntries)}\n`;
}

/** On one line, members sorted, without a newline: for records and hashes. */
export function canonicalJsonLine(value: Json): string {
  return compact(value, sortedEntries, ',', ':', '');
}

/** Indented, members in the order in which they stand: for the plan, whose codec fixes the order. */
export function jsonInOrder(value: Json): string {
  return `${layout(value, (object) => Object.entries(object))}\n`;
}

type JsonObject = { readonly [name: string]: Json };
type Entries = (object: JsonObject) => readonly (readonly [string, Json])[];

function sortedEntries(object: JsonObject): readonly (readonly [string, Json])[] {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function scalar(value: null | boolean | number | bigint | string): string {
  if (typeof value === 'bigint') return `"${String(value)}"`;
  if (typeof value !== 'number') return JSON.stringify(value);
  if (!Number.isFinite(value)) throw new InternalError(`${String(value)} has no JSON`);
  // JSON.stringify writes -0 as 0: both are one value here.
  return JSON.stringify(value);
}

function compact(value: Json, entries: Entries, comma: string, colon: string, padding: string): string {
  if (value === null || typeof value !== 'object') return scalar(value);
  if (isList(value)) return `[${value.map((item) => compact(item, entries, comma, colon, padding)).join(comma)}]`;
  const members = entries(value).map(
    ([name, item]) => `${JSON.stringify(name)}${colon}${compact(item, entries, comma, colon, padding)}`,
  );
  return members.length === 0 ? '{}' : `{${padding}${members.join(comma)}${padding}}`;
}

/** However deep the nesting, half a line is left for the value; expressions may be a thousand levels deep. */
const INDENT_MAX = JSON_LINE_WIDTH_MAX / 2;

function indentation(depth: number): string {
  return ' '.repeat(Math.min(2 * depth, INDENT_MAX));
}

function layout(value: Json, entries: Entries): string {
  const parts: string[] = [];
  write(value, 0, 0, entries, parts);
  return parts.join('');
}

/** `lead` is the width of what stands before the value on its line. */
function write(value: Json, depth: number, lead: number, entries: Entries, parts: string[]): void {
  if (value === null || typeof value !== 'object') {
    parts.push(scalar(value));
    return;
  }
  if (fits(value, JSON_LINE_WIDTH_MAX - lead - 1) >= 0) {
    parts.push(compact(value, entries, ', ', ': ', ' '));
    return;
  }
  const indent = indentation(depth + 1);
  const listed = isList(value);
  const members = listed ? value.map((item) => ['', item] as const) : entries(value);
  parts.push(listed ? '[' : '{');
  members.forEach(([name, item], index) => {
    const key = listed ? '' : `${JSON.stringify(name)}: `;
    parts.push(index === 0 ? '\n' : ',\n', indent, key);
    write(item, depth + 1, indent.length + key.length, entries, parts);
  });
  parts.push('\n', indentation(depth), listed ? ']' : '}');
}

/**
 * What is left of `room` after the value on one line; negative as soon as it doesn't fit, so that nothing is measured
 * twice.
 */
function fits(value: Json, room: number): number {
  if (room < 0) return room;
  if (value === null || typeof value !== 'object') return room - scalar(value).length;
  let left = room - 2;
  if (isList(value)) {
    for (const item of value) {
      left = fits(item, left) - 2;
      if (left < -2) return -1;
    }
    return value.length === 0 ? left : left + 2;
  }
  const members = Object.entries(value);
  for (const [name, item] of members) {
    left = fits(item, left - JSON.stringify(name).length - 2) - 2;
    if (left < 0) return -1;
  }
  // The comma after the last member makes up for the blanks inside the braces.
  return left;
}
