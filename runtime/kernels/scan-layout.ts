/**
 * What the SIMD scanner finds where in its linear memory; assembly/scan-layout.ts repeats the numbers (a test holds
 * them equal). Addresses are bytes, fields are 32-bit words unless stated.
 */

/** The arena gives out memory from here on; the kernel's own data lies below. */
export const HEADER = 1024;
/** The members in their order, and behind the last one the entry that stands for all unknown members. */
export const HEADER_MEMBERS = 0;
export const HEADER_UNKNOWN = 4;
/** The member entry of the record's end. */
export const HEADER_TAIL = 8;
/** Per column: the address of its validity, or 0. */
export const HEADER_VALIDS = 12;
export const HEADER_COLUMN_COUNT = 16;
/** Arrays of the records' addresses and lengths. */
export const HEADER_STARTS = 20;
export const HEADER_LENGTHS = 24;
/** In: bytes beyond ASCII in needed strings are known to be valid UTF-8. */
export const HEADER_TRUSTED = 28;
/** 64 bits: one per column, all set. */
export const HEADER_ALL = 32;
/** In: where decoded strings go, and how far; out: behind the last one. */
export const HEADER_SIDE = 40;
export const HEADER_SIDE_END = 44;
/** Out: where the scan stopped. */
export const HEADER_POSITION = 48;
/** Out: members that were not where they were expected. */
export const HEADER_SEARCHES = 52;
/** Out: the record was refused only because of bytes beyond ASCII, or because a decoded string had no room. */
export const HEADER_UNTRUSTED = 56;
export const HEADER_CROWDED = 60;
/** The kernel's own: sixteen characters of the last timestamp. */
export const HEADER_MINUTE = 64;

/**
 * A member: the first sixteen of the bytes expected between the value before and its own (separators, `"key"`, colon),
 * which of the sixteen count, how many bytes there are in all, and where. Then its column: kind, addresses of values
 * (or starts), of lengths, of validity (0 = NOT NULL), scale, 64-bit limit, 64-bit mask of the column. Last the address
 * and size of `"key"`.
 */
export const MEMBER_BYTES = 80;
export const MEMBER_LEAD = 0;
export const MEMBER_LEAD_MASK = 16;
export const MEMBER_LEAD_BYTES = 20;
export const MEMBER_LEAD_ADDRESS = 24;
export const MEMBER_KIND = 28;
export const MEMBER_VALUES = 32;
export const MEMBER_LENGTHS = 36;
export const MEMBER_VALID = 40;
export const MEMBER_SCALE = 44;
/** Unscaled decimals must be below it. */
export const MEMBER_LIMIT = 48;
export const MEMBER_BIT = 56;
export const MEMBER_KEY = 64;
export const MEMBER_KEY_BYTES = 68;

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
/** No column: a member that nobody reads, and the end of the record. */
export const KIND_SKIP = 13;
export const KIND_TAIL = 14;
