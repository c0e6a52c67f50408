/** Names in PostgreSQL: checked against one rule, then quoted. Values never stand in SQL text. */
import { connectorError } from '../messages.js';
import type { TableName } from '../database/names.js';

/** The server cuts what is longer, without a word. */
const NAME_BYTES_MAX = 63;

/** Throws ESQL8431. */
export function checkNameBytes(what: string, name: string): void {
  if (new TextEncoder().encode(name).length <= NAME_BYTES_MAX) return;
  throw connectorError(
    'ESQL8431',
    { what, name, why: `is longer than ${NAME_BYTES_MAX} bytes` },
    { hint: 'Choose a shorter name: PostgreSQL would cut it.' },
  );
}

/** As quote_ident does it; only for names that `checkName` let pass. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function qualified({ schema, name }: TableName): string {
  return `${quoteName(schema)}.${quoteName(name)}`;
}

/** A string literal, for names that stand inside one. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Between dollar signs, with a tag that `text` doesn't contain: names may have dollar signs. */
export function dollarQuoted(text: string, tag: string): string {
  let mark = `$${tag}$`;
  for (let n = 1; text.includes(mark); n += 1) mark = `$${tag}${n}$`;
  return `${mark}\n${text}\n${mark}`;
}
