/** The options of FORMAT CSV, from their canonical text. */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import { formats } from '../../plan/formats/index.js';
import type { OptionValues } from '../../plan/plan.js';

export interface CsvOptions {
  /** The first record of each file names the columns. */
  readonly header: boolean;
  /** One ASCII character each. */
  readonly delimiter: number;
  readonly quote: number;
  /** A field that reads so, without quotes, is NULL. */
  readonly nullText: Uint8Array;
  /** A column that the header lacks is NULL, not an error. */
  readonly missingIsNull: boolean;
}

/** Throws InternalError: the plan was validated, and the compiler refuses two equal characters. */
export function csvOptions(options: OptionValues): CsvOptions {
  const text = (name: keyof typeof formats.csv.options): string => {
    const value = options[name] ?? formats.csv.options[name].fallback;
    if (typeof value === 'boolean') return String(value);
    if (typeof value === 'string') return value;
    throw new InternalError(`CSV option ${name} is a reference`);
  };
  const character = (name: 'delimiter' | 'quote'): number => {
    const value = text(name);
    const code = value.charCodeAt(0);
    const usable = value.length === 1 && code < 0x80 && !['\n', '\r', '\0'].includes(value);
    invariant(usable, `CSV option ${name} is one ASCII character and no line break`);
    return code;
  };
  const delimiter = character('delimiter');
  const quote = character('quote');
  invariant(delimiter !== quote, 'the CSV options delimiter and quote differ');
  return {
    header: text('header') === 'true',
    delimiter,
    quote,
    nullText: new TextEncoder().encode(text('null')),
    missingIsNull: text('missing_columns') === 'null',
  };
}
