/** Names in T-SQL: checked against one rule, then quoted. Values never stand in SQL text. */
import type { TableName } from '../database/names.js';

/** As QUOTENAME does it; only for names that `checkName` let pass. */
export function quoteName(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`;
}

export function qualified({ schema, name }: TableName): string {
  return `${quoteName(schema)}.${quoteName(name)}`;
}

/** A string literal, for names that stand inside one. */
export function literal(text: string): string {
  return `N'${text.replaceAll("'", "''")}'`;
}
