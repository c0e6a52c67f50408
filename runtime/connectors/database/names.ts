/** Names of tables, procedures and jobs, checked before a database is asked for anything. */
import { createHash } from 'node:crypto';
import { connectorError } from '../messages.js';
import { checkName } from '../sqlite/names.js';

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** `name` or `schema.name`. Throws ESQL8431. */
export function parseTableName(text: string, schemaWithout: string): TableName {
  const parts = text.split('.');
  if (parts.length > 2) {
    throw connectorError(
      'ESQL8431',
      { what: 'table', name: text.slice(0, 128), why: 'has more than two parts' },
      { hint: 'Write `table` or `schema.table`; the database is an option of its own.' },
    );
  }
  const [schema, name] = parts.length === 2 ? parts : [schemaWithout, text];
  checkName('schema', schema ?? '');
  checkName('table', name ?? '');
  return { schema: schema ?? '', name: name ?? '' };
}

/** Of the columns in the progress table: SQL Server's protocol would cut what is longer. */
const ID_LENGTH_MAX = 200;

/** Throws ESQL8431. */
export function checkIdLength(what: 'job' | 'sink', name: string): void {
  if (name.length <= ID_LENGTH_MAX) return;
  throw connectorError(
    'ESQL8431',
    { what, name: `${name.slice(0, 40)}…`, why: `is longer than ${ID_LENGTH_MAX} characters` },
    { hint: 'Choose a shorter name.' },
  );
}

const SINK_NAME_LENGTH = 40;
const HASH_LENGTH = 12;

/**
 * A procedure is named after what it does: its text's hash is part of the name, so that a new version of a query or of
 * esql gets a new procedure and never changes one that another job is calling. At most 63 bytes (S11).
 */
export function procedureName(kind: 'apply' | 'register', sink: string, text: string): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
  const readable = sink
    .toLowerCase()
    .replace(/[^a-z0-9_]/gu, '_')
    .slice(0, SINK_NAME_LENGTH);
  return readable === '' ? `${kind}_${hash}` : `${kind}_${readable}_${hash}`;
}

/** `per_key/out` is the sink `out` of the stream `per_key`. */
export function sinkName(sinkId: string): string {
  return sinkId.slice(sinkId.lastIndexOf('/') + 1);
}
