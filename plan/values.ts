/** Values as the interpreter and the scalar functions see them; types.ts says which one stands for which type. */
export type Value = boolean | number | bigint | string | Uint8Array | null;

/**
 * An error of one record (a failed cast, an overflow, a division by zero, a malformed field). It is not a bug and not a
 * diagnostic yet: the source's ON ERROR policy decides what becomes of the record.
 */
export class RecordError extends Error {
  readonly code: RecordErrorCode;

  constructor(code: RecordErrorCode, what: string) {
    super(what);
    this.name = 'RecordError';
    this.code = code;
  }
}

/** Stable names: they stand in dead-letter rows. */
export type RecordErrorCode =
  | 'malformed_record'
  | 'wrong_type'
  | 'missing_value'
  | 'out_of_range'
  | 'invalid_utf8'
  | 'too_long'
  | 'too_deep'
  | 'unknown_schema'
  | 'cast_failed'
  | 'overflow'
  | 'division_by_zero'
  | 'invalid_argument';
