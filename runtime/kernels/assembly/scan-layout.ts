/** Addresses and numbers shared with ../scan-layout.ts, where their meaning stands; a test holds the two files equal. */
export const HEADER: usize = 1024;
export const HEADER_MEMBERS: usize = 0;
export const HEADER_MEMBER_COUNT: usize = 4;
export const HEADER_COLUMNS: usize = 8;
export const HEADER_COLUMN_COUNT: usize = 12;
export const HEADER_STARTS: usize = 16;
export const HEADER_LENGTHS: usize = 20;
export const HEADER_ALL: usize = 24;
export const HEADER_TRUSTED: usize = 32;
export const HEADER_POSITION: usize = 36;
export const HEADER_SEARCHES: usize = 40;
export const HEADER_UNTRUSTED: usize = 44;

export const COLUMN_BYTES: i32 = 40;
export const COLUMN_KIND: usize = 0;
export const COLUMN_VALUES: usize = 4;
export const COLUMN_LENGTHS: usize = 8;
export const COLUMN_VALID: usize = 12;
export const COLUMN_SCALE: usize = 16;
export const COLUMN_LIMIT: usize = 24;

export const MEMBER_BYTES: i32 = 16;
export const MEMBER_KEY: usize = 0;
export const MEMBER_KEY_BYTES: usize = 4;
export const MEMBER_COLUMN: usize = 8;

export const KIND_SLOW: i32 = 0;
export const KIND_BOOLEAN: i32 = 1;
export const KIND_INT: i32 = 2;
export const KIND_BIGINT: i32 = 3;
export const KIND_DOUBLE: i32 = 4;
export const KIND_DECIMAL: i32 = 5;
export const KIND_DECIMAL_WIDE: i32 = 6;
export const KIND_TEXT: i32 = 7;
export const KIND_JSON: i32 = 8;
export const KIND_DATE: i32 = 9;
export const KIND_TIME: i32 = 10;
export const KIND_TIMESTAMP: i32 = 11;
export const KIND_TIMESTAMPTZ: i32 = 12;

export const RECORD_BYTES_MAX: i32 = 16777216;
