/** Names of tables and columns: checked against one rule, then quoted. Values never stand in SQL text. */
import { connectorError } from '../messages.js';

const NAME_LENGTH_MAX = 128;
const NAME = /^[\p{L}_][\p{L}\p{M}\p{N}_$#@ ]*$/u;
const LATIN = /\p{Script=Latin}/u;
/** Scripts whose letters pass for Latin ones. */
const LOOK_ALIKES = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u;

/** `what` is `table` or `column`. Rejects names that could be taken for something else. */
export function checkName(what: string, name: string): void {
  const why = reasonAgainst(name);
  if (why === null) return;
  throw connectorError(
    'ESQL8431',
    { what, name: printable(name), why },
    { hint: 'Begin with a letter or `_`; go on with letters, digits, blanks, `_`, `$`, `#` or `@`.' },
  );
}

/** A sentence part, or null if the name is allowed. */
function reasonAgainst(name: string): string | null {
  if (name === '') return 'is empty';
  if (Array.from(name).length > NAME_LENGTH_MAX) return `is longer than ${NAME_LENGTH_MAX} characters`;
  if (name.normalize('NFKC') !== name) return 'has characters that only look like others';
  if (LATIN.test(name) && LOOK_ALIKES.test(name)) return 'mixes Latin letters with letters that look like them';
  if (!NAME.test(name)) return 'has a character that names cannot have';
  if (name.endsWith(' ')) return 'ends with a blank';
  return null;
}

/** A table that the sink may write to. */
export function checkTableName(name: string): void {
  checkName('table', name);
  const lower = name.toLowerCase();
  const isOwn = lower === PROGRESS_TABLE || lower === OWNERS_TABLE;
  if (lower.startsWith('sqlite_') || isOwn) {
    throw connectorError(
      'ESQL8431',
      { what: 'table', name, why: isOwn ? 'holds the progress of sinks' : 'belongs to SQLite' },
      { hint: 'Choose another name.' },
    );
  }
}

export const PROGRESS_TABLE = 'esql_progress';
export const OWNERS_TABLE = 'esql_tables';

/** Only for names that `checkName` let pass; the doubling keeps it safe for any. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function printable(name: string): string {
  return name.replace(/[\p{C}]/gu, '·').slice(0, NAME_LENGTH_MAX);
}
