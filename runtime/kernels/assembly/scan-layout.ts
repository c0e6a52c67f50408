/**
 * Addresses and numbers shared with ../scan-layout.ts, where their meaning stands; a test holds the two files equal.
 */
export const HEADER: usize = 1024;
export const HEADER_MEMBERS: usize = 0;
export const HEADER_UNKNOWN: usize = 4;
export const HEADER_TAIL: usize = 8;
export const HEADER_VALIDS: usize = 12;
export const HEADER_COLUMN_COUNT: usize = 16;
export const HEADER_STARTS: usize = 20;
export const HEADER_LENGTHS: usize = 24;
export const HEADER_TRUSTED: usize = 28;
export const HEADER_ALL: usize = 32;
export const HEADER_SIDE: usize = 40;
export const HEADER_SIDE_END: usize = 44;
export const HEADER_POSITION: usize = 48;
export const HEADER_SEARCHES: usize = 52;
export const HEADER_UNTRUSTED: usize = 56;
export const HEADER_CROWDED: usize = 60;
export const HEADER_MINUTE: usize = 64;

export const MEMBER_BYTES: i32 = 80;
export const MEMBER_LEAD: usize = 0;
export const MEMBER_LEAD_MASK: usize = 16;
export const MEMBER_LEAD_BYTES: usize = 20;
export const MEMBER_LEAD_ADDRESS: usize = 24;
export const MEMBER_KIND: usize = 28;
export const MEMBER_VALUES: usize = 32;
export const MEMBER_LENGTHS: usize = 36;
export const MEMBER_VALID: usize = 40;
export const MEMBER_SCALE: usize = 44;
export const MEMBER_LIMIT: usize = 48;
export const MEMBER_BIT: usize = 56;
export const MEMBER_KEY: usize = 64;
export const MEMBER_KEY_BYTES: usize = 68;

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
export const KIND_SKIP: i32 = 13;
export const KIND_TAIL: i32 = 14;

export const RECORD_BYTES_MAX: i32 = 16777216;
export const RECORD_DEPTH_MAX: i32 = 64;
