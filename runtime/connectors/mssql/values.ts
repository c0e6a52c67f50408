/** Values as JSON text for OPENJSON (types.ts), and why some can't be stored. */
import { bytesToHex, decimalToText, fixedFraction, timestampToText, valueToText } from '../../../plan/literals.js';
import type { Field } from '../../../plan/types.js';
import type { Value } from '../../../plan/values.js';
import { fine, wrong, type EncodedValue } from '../database/row-texts.js';

/** What the live column takes: characters of a text, bytes of a binary; null = any number. */
export type LengthLimit = number | null;

export interface ColumnTarget {
  readonly field: Field;
  readonly isKey: boolean;
  readonly limit: LengthLimit;
}

export function encodeValue(value: Value, { field, isKey, limit }: ColumnTarget): EncodedValue {
  const { type } = field;
  const stored = typeof value === 'number' && Number.isNaN(value) ? null : value;
  if (stored === null) {
    if (field.nullable) return fine('null');
    return wrong(value === null ? 'takes no NULL' : 'takes no NULL, and SQL Server has no NaN: it is stored as NULL');
  }
  if (typeof stored === 'boolean') return fine(String(stored));
  if (stored instanceof Uint8Array) {
    if (limit !== null && stored.length > limit) return wrong(`takes ${limit} bytes, the value has more`);
    if (isKey && stored.at(-1) === 0) return wrong('is a key, and SQL Server ignores zeros at the end of one');
    return fine(`"${bytesToHex(stored)}"`);
  }
  if (typeof stored === 'string') {
    if (limit !== null && stored.length > limit) return wrong(`takes ${limit} characters, the value has more`);
    if (isKey && stored.endsWith(' ')) return wrong('is a key, and SQL Server ignores blanks at the end of one');
    return fine(JSON.stringify(stored));
  }
  if (typeof stored === 'number') {
    if (type.kind === 'date') return moment(valueToText(stored, type), '');
    if (!Number.isFinite(stored)) return wrong('takes no infinity: SQL Server has none');
    return fine(Object.is(stored, -0) ? '-0.0' : String(stored));
  }
  switch (type.kind) {
    case 'decimal':
      return fine(`"${decimalToText(stored, type.scale)}"`);
    case 'timestamp':
      return moment(fixedFraction(timestampToText(stored), 7), '');
    case 'timestamptz':
      return moment(fixedFraction(timestampToText(stored), 7), '+00:00');
    case 'time':
      return fine(`"${valueToText(stored, type)}"`);
    case 'boolean':
    case 'int':
    case 'bigint':
    case 'double':
    case 'varchar':
    case 'varbinary':
    case 'json':
    case 'date':
    case 'interval':
      return fine(`"${stored}"`);
  }
}

const YEAR = /^(?!0000)\d{4}-/u;

function moment(text: string, zone: string): EncodedValue {
  if (!YEAR.test(text)) return wrong('takes dates of the years 1 to 9999');
  return fine(`"${text}${zone}"`);
}
