/** The options of FORMAT CSV, from their canonical text. */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import type { OptionValues } from '../../plan/plan.js';

export interface CsvOptions {
  /** The first record of each file names the columns. Default: false. */
  readonly header: boolean;
  /** One ASCII character. Default: a comma. */
  readonly delimiter: number;
  /** A field that reads so, without quotes, is NULL. Default: the empty text. */
  readonly nullText: Uint8Array;
}

/** Throws InternalError: the plan was validated. */
export function csvOptions(options: OptionValues): CsvOptions {
  const text = (name: string, fallback: string): string => {
    const value = options[name] ?? fallback;
    if (typeof value === 'boolean') return String(value);
    if (typeof value === 'string') return value;
    throw new InternalError(`CSV option ${name} is a reference`);
  };
  const delimiter = text('delimiter', ',').replace(/^\\t$/u, '\t');
  const code = delimiter.charCodeAt(0);
  invariant(
    delimiter.length === 1 && code < 0x80 && !['"', '\n', '\r', '\0'].includes(delimiter),
    'CSV option delimiter is one ASCII character',
  );
  return {
    header: text('header', 'false').toLowerCase() === 'true',
    delimiter: code,
    nullText: new TextEncoder().encode(text('null', '')),
  };
}
