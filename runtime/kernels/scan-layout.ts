/**
 * What the SIMD scanner finds where in its linear memory; assembly/scan-layout.ts repeats the numbers (a test holds them
 * equal). Addresses are bytes, fields are 32-bit words unless stated.
 */

/** The arena gives out memory from here on; the kernel's own data lies below. */
export const HEADER = 1024;
export const HEADER_MEMBERS = 0;
export const HEADER_MEMBER_COUNT = 4;
export const HEADER_COLUMNS = 8;
export const HEADER_COLUMN_COUNT = 12;
/** Arrays of the records' addresses and lengths. */
export const HEADER_STARTS = 16;
export const HEADER_LENGTHS = 20;
/** 64 bits: one per column, all set. */
export const HEADER_ALL = 24;
/** In: bytes beyond ASCII in needed strings are known to be valid UTF-8. */
export const HEADER_TRUSTED = 32;
/** Out: where the scan stopped. */
export const HEADER_POSITION = 36;
/** Out: members that were not where they were expected. */
export const HEADER_SEARCHES = 40;
/** Out: the record was refused only because of bytes beyond ASCII. */
export const HEADER_UNTRUSTED = 44;

/** A column: kind, addresses of values (or starts), of lengths, of validity (0 = NOT NULL), scale, 64-bit limit. */
export const COLUMN_BYTES = 40;
export const COLUMN_KIND = 0;
export const COLUMN_VALUES = 4;
export const COLUMN_LENGTHS = 8;
export const COLUMN_VALID = 12;
export const COLUMN_SCALE = 16;
/** Unscaled decimals must be below it. */
export const COLUMN_LIMIT = 24;

/** A member: address and length of `"key":` (padded to 16 bytes), index of its column or -1. */
export const MEMBER_BYTES = 16;
export const MEMBER_KEY = 0;
export const MEMBER_KEY_BYTES = 4;
export const MEMBER_COLUMN = 8;

/** How a column is scanned; `slow` columns are never taken on the fast path. */
export const KIND_SLOW = 0;
export const KIND_BOOLEAN = 1;
export const KIND_INT = 2;
export const KIND_BIGINT = 3;
export const KIND_DOUBLE = 4;
export const KIND_DECIMAL = 5;
export const KIND_DECIMAL_WIDE = 6;
export const KIND_TEXT = 7;
export const KIND_JSON = 8;
export const KIND_DATE = 9;
export const KIND_TIME = 10;
export const KIND_TIMESTAMP = 11;
export const KIND_TIMESTAMPTZ = 12;
