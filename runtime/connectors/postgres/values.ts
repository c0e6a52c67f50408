/** Values as texts in JSON (types.ts), and why some can't be stored. */
import { bytesToHex, decimalToText, fixedFraction, timestampToText, valueToText } from '../../../plan/literals.js';
import type { Field } from '../../../plan/types.js';
import type { Value } from '../../../plan/values.js';
import { fine, wrong, type EncodedValue } from '../database/row-texts.js';

/** What the live column takes. */
export interface ColumnTarget {
  readonly field: Field;
  /** Characters of a text; null = any number. */
  readonly characters: number | null;
  /** The column is jsonb, which keeps no zero characters in texts. */
  readonly binaryJson: boolean;
}

export function encodeValue(value: Value, { field, characters, binaryJson }: ColumnTarget): EncodedValue {
  const { type } = field;
  if (value === null) return field.nullable ? fine('null') : wrong('takes no NULL');
  if (typeof value === 'boolean') return fine(String(value));
  if (value instanceof Uint8Array) return fine(`"\\\\x${bytesToHex(value)}"`);
  if (typeof value === 'string') {
    if (value.includes('\0') || (binaryJson && ZERO_ESCAPE.test(value))) {
      return wrong('takes no character zero (U+0000): PostgreSQL has none');
    }
    // PostgreSQL counts code points, JavaScript halves of some.
    if (characters !== null && value.length > characters && Array.from(value).length > characters) {
      return wrong(`takes ${characters} characters, the value has more`);
    }
    return fine(JSON.stringify(value));
  }
  if (typeof value === 'number') {
    if (type.kind === 'date') return moment(valueToText(value, type), '');
    return fine(type.kind === 'int' ? String(value) : `"${Object.is(value, -0) ? '-0' : String(value)}"`);
  }
  switch (type.kind) {
    case 'decimal':
      return fine(`"${decimalToText(value, type.scale)}"`);
    case 'timestamp':
      return moment(fixedFraction(timestampToText(value), 6), '');
    case 'timestamptz':
      return moment(fixedFraction(timestampToText(value), 6), '+00:00');
    case 'time':
      return fine(`"${valueToText(value, type)}"`);
    case 'interval':
      return interval(value, type.unit);
    case 'boolean':
    case 'int':
    case 'bigint':
    case 'double':
    case 'varchar':
    case 'varbinary':
    case 'json':
    case 'date':
      return fine(`"${value}"`);
  }
}

/** The escape of U+0000 in JSON, not a backslash and the text `u0000`. */
const ZERO_ESCAPE = /(?<!\\)(?:\\\\)*\\u0000/u;

const MONTHS_MAX = 2n ** 31n - 1n;

function interval(value: bigint, unit: 'microsecond' | 'month'): EncodedValue {
  if (unit === 'microsecond') return fine(`"${value} microseconds"`);
  if (value > MONTHS_MAX || value < -MONTHS_MAX) return wrong(`takes up to ${MONTHS_MAX} months`);
  return fine(`"${value} months"`);
}

/** Of whole years that date and timestamp take: 4713 BC begins in the middle for them. */
const YEAR_MIN = -4711;
const YEAR_MAX = 294_275;
const MOMENT = /^([+-]?\d+)(-.*)$/su;

function moment(text: string, zone: string): EncodedValue {
  const [, digits = '', rest = ''] = MOMENT.exec(text) ?? [];
  const year = Number(digits);
  if (year < YEAR_MIN || year > YEAR_MAX) return wrong(`takes dates of the years 4712 BC to ${YEAR_MAX}`);
  const spelt = String(year > 0 ? year : 1 - year).padStart(4, '0');
  return fine(`"${spelt}${rest}${zone}${year > 0 ? '' : ' BC'}"`);
}
