/**
 * The JSON-lines scanner in SIMD128. Compiled by scripts/build-kernel.mjs; scan-layout.ts (one folder up) names the same
 * addresses and numbers, and scan-twin.ts does the same in TypeScript.
 *
 * A record is taken only if every byte of it was verified; at anything else the scan stops in front of the record and the
 * exact parser takes it. The input ends with a line feed, so that no loop can leave it: every loop stops at a control byte.
 */
import { dateTimeValue, dateValue, timeValue } from './scan-time';
import { numberEnd, decimalValue, doubleValue, integerValue } from './scan-number';
import {
  COLUMN_BYTES,
  COLUMN_KIND,
  COLUMN_LENGTHS,
  COLUMN_VALID,
  COLUMN_VALUES,
  HEADER,
  HEADER_ALL,
  HEADER_COLUMNS,
  HEADER_COLUMN_COUNT,
  HEADER_LENGTHS,
  HEADER_MEMBERS,
  HEADER_MEMBER_COUNT,
  HEADER_POSITION,
  HEADER_SEARCHES,
  HEADER_STARTS,
  HEADER_TRUSTED,
  HEADER_UNTRUSTED,
  KIND_BIGINT,
  KIND_BOOLEAN,
  KIND_DATE,
  KIND_DECIMAL,
  KIND_DECIMAL_WIDE,
  KIND_DOUBLE,
  KIND_INT,
  KIND_JSON,
  KIND_TEXT,
  KIND_TIME,
  KIND_TIMESTAMP,
  KIND_TIMESTAMPTZ,
  MEMBER_BYTES,
  MEMBER_COLUMN,
  MEMBER_KEY,
  MEMBER_KEY_BYTES,
  RECORD_BYTES_MAX,
} from './scan-layout';

/** Whether needed strings may hold bytes beyond ASCII: the chunk is known to be valid UTF-8. */
let trusted: bool = false;
/** A record was refused for such a byte alone. */
let untrusted: i32 = 0;

/** The address behind the closing quote of a string whose first byte is at `p`; 0 = not for the fast path. */
function stringEnd(p: usize, needed: bool): usize {
  const strict = needed && !trusted;
  let block = v128.load(p);
  let stop = stops(block);
  while (stop == 0) {
    if (strict && i8x16.bitmask(block) != 0) return refuseUntrusted();
    p += 16;
    block = v128.load(p);
    stop = stops(block);
  }
  const at = ctz(stop);
  if (load<u8>(p + at) != 0x22) return 0;
  if (strict && (i8x16.bitmask(block) & ((1 << at) - 1)) != 0) return refuseUntrusted();
  return p + at + 1;
}

/** Which of the sixteen bytes end a run of plain string bytes: a quote, a backslash, a control byte. */
function stops(block: v128): i32 {
  const special = v128.or(i8x16.eq(block, i8x16.splat(0x22)), i8x16.eq(block, i8x16.splat(0x5c)));
  return i8x16.bitmask(v128.or(special, i8x16.lt_u(block, i8x16.splat(0x20))));
}

/** The same for a string that nobody reads: two blocks a turn, because such strings are often long. */
function skippedStringEnd(p: usize): usize {
  let stop = stops(v128.load(p)) | (stops(v128.load(p, 16)) << 16);
  while (stop == 0) {
    p += 32;
    stop = stops(v128.load(p)) | (stops(v128.load(p, 16)) << 16);
  }
  p += ctz(stop);
  return load<u8>(p) == 0x22 ? p + 1 : 0;
}

function refuseUntrusted(): usize {
  untrusted = 1;
  return 0;
}

function keyMatches(p: usize, key: usize, size: i32): bool {
  if (size <= 16) {
    const equal = i8x16.bitmask(i8x16.eq(v128.load(p), v128.load(key)));
    const mask = (1 << size) - 1;
    return (equal & mask) == mask;
  }
  return longKeyMatches(p, key, size);
}

function longKeyMatches(p: usize, key: usize, size: i32): bool {
  for (let i = 0; i < size; i++) if (load<u8>(p + i) != load<u8>(key + i)) return false;
  return true;
}

/** The member entry whose key stands at `p`, or 0. */
function findMember(p: usize, members: usize, count: i32): usize {
  for (let i = 0; i < count; i++) {
    const entry = members + usize(i * MEMBER_BYTES);
    if (keyMatches(p, load<i32>(entry + MEMBER_KEY), load<i32>(entry + MEMBER_KEY_BYTES))) return entry;
  }
  return 0;
}

/** Behind `"key":` of an unknown member, or 0. */
function unknownKeyEnd(p: usize): usize {
  if (load<u8>(p) != 0x22) return 0;
  const q = stringEnd(p + 1, false);
  return q != 0 && load<u8>(q) == 0x3a ? q + 1 : 0;
}

/** Behind any scalar value: a string, a number, true, false or null. */
function scalarEnd(p: usize, needed: bool): usize {
  const c = load<u8>(p);
  if (c == 0x22) return stringEnd(p + 1, needed);
  if (c == 0x74 && load<u32>(p) == 0x65757274) return p + 4;
  if (c == 0x66 && load<u32>(p + 1) == 0x65736c61) return p + 5;
  if (c == 0x6e && load<u32>(p) == 0x6c6c756e) return p + 4;
  return numberEnd(p);
}

function booleanValue(p: usize, target: usize): usize {
  if (load<u32>(p) == 0x65757274) {
    store<u8>(target, 1);
    return p + 4;
  }
  if (load<u8>(p) == 0x66 && load<u32>(p + 1) == 0x65736c61) {
    store<u8>(target, 0);
    return p + 5;
  }
  return 0;
}

function slice(p: usize, start: usize, end: usize, result: usize, column: usize, row: i32): usize {
  if (result == 0) return 0;
  store<i32>(usize(load<i32>(column + COLUMN_VALUES)) + (usize(row) << 2), i32(start));
  store<i32>(usize(load<i32>(column + COLUMN_LENGTHS)) + (usize(row) << 2), i32(end - start));
  return result;
}

/** Stores the value at `p` and returns the address behind it; 0 = not for the fast path. `null` is handled by the caller. */
function columnValue(p: usize, column: usize, row: i32): usize {
  const values = usize(load<i32>(column + COLUMN_VALUES));
  const index = usize(row);
  switch (load<i32>(column + COLUMN_KIND)) {
    case KIND_TEXT: {
      if (load<u8>(p) != 0x22) return 0;
      const q = stringEnd(p + 1, true);
      return slice(p, p + 1, q - 1, q, column, row);
    }
    case KIND_BIGINT:
      return integerValue(p, values + (index << 3), true);
    case KIND_INT:
      return integerValue(p, values + (index << 2), false);
    case KIND_TIMESTAMP:
      return dateTimeValue(p, values + (index << 3), false);
    case KIND_TIMESTAMPTZ:
      return dateTimeValue(p, values + (index << 3), true);
    case KIND_DOUBLE:
      return doubleValue(p, values + (index << 3));
    case KIND_DECIMAL:
      return decimalValue(p, values + (index << 3), column, false);
    case KIND_DECIMAL_WIDE:
      return decimalValue(p, values + (index << 4), column, true);
    case KIND_BOOLEAN:
      return booleanValue(p, values + index);
    case KIND_JSON: {
      const q = scalarEnd(p, true);
      return slice(p, p, q, q, column, row);
    }
    case KIND_DATE:
      return dateValue(p, values + (index << 2));
    case KIND_TIME:
      return timeValue(p, values + (index << 3));
    default:
      return 0;
  }
}

function neededValue(p: usize, column: usize, row: i32): usize {
  const valid = usize(load<i32>(column + COLUMN_VALID));
  if (load<u32>(p) == 0x6c6c756e) {
    if (valid == 0) return 0;
    store<u8>(valid + usize(row), 0);
    return p + 4;
  }
  if (valid != 0) store<u8>(valid + usize(row), 1);
  return columnValue(p, column, row);
}

/** Marks the columns without a member as NULL; false if one of them must not be. */
function missing(seen: u64, columns: usize, count: i32, row: i32): bool {
  for (let i = 0; i < count; i++) {
    if ((seen >> u64(i)) & 1) continue;
    const valid = usize(load<i32>(columns + usize(i * COLUMN_BYTES) + COLUMN_VALID));
    if (valid == 0) return false;
    store<u8>(valid + usize(row), 0);
  }
  return true;
}

/**
 * Scans records from `start` while there are rows left. Returns the number of rows filled; HEADER_POSITION tells where it
 * stopped: at `end`, or in front of a record that is not for the fast path, or because `rowsMax` was reached.
 */
export function scan(start: usize, end: usize, firstRow: i32, rowsMax: i32): i32 {
  const members = usize(load<i32>(HEADER + HEADER_MEMBERS));
  const memberCount = load<i32>(HEADER + HEADER_MEMBER_COUNT);
  const membersEnd = members + usize(memberCount * MEMBER_BYTES);
  const columns = usize(load<i32>(HEADER + HEADER_COLUMNS));
  const columnCount = load<i32>(HEADER + HEADER_COLUMN_COUNT);
  const starts = usize(load<i32>(HEADER + HEADER_STARTS));
  const lengths = usize(load<i32>(HEADER + HEADER_LENGTHS));
  const all = load<u64>(HEADER + HEADER_ALL);
  trusted = load<i32>(HEADER + HEADER_TRUSTED) != 0;
  untrusted = 0;
  let searches = 0;
  let row = firstRow;
  let p = start;
  let record = start;
  while (p < end && row < rowsMax) {
    record = p;
    if (load<u8>(p) != 0x7b) break;
    p++;
    let entry = members;
    let seen: u64 = 0;
    for (;;) {
      let found = entry;
      if (entry < membersEnd && keyMatches(p, load<i32>(entry + MEMBER_KEY), load<i32>(entry + MEMBER_KEY_BYTES))) {
        p += load<i32>(entry + MEMBER_KEY_BYTES);
        entry += MEMBER_BYTES;
      } else {
        searches++;
        found = findMember(p, members, memberCount);
        if (found != 0) {
          p += load<i32>(found + MEMBER_KEY_BYTES);
          entry = found + MEMBER_BYTES;
        } else {
          p = unknownKeyEnd(p);
          if (p == 0) break;
        }
      }
      if (load<u8>(p) == 0x20) p++;
      const column = found != 0 ? load<i32>(found + MEMBER_COLUMN) : -1;
      if (column < 0) {
        p = load<u8>(p) == 0x22 ? skippedStringEnd(p + 1) : scalarEnd(p, false);
      } else {
        const bit: u64 = u64(1) << u64(column);
        if (seen & bit) {
          p = 0;
          break;
        }
        seen |= bit;
        p = neededValue(p, columns + usize(column * COLUMN_BYTES), row);
      }
      if (p == 0) break;
      const c = load<u8>(p);
      p++;
      if (c == 0x2c) {
        if (load<u8>(p) == 0x20) p++;
        continue;
      }
      if (c != 0x7d) p = 0;
      break;
    }
    if (p == 0) break;
    const size = i32(p - record);
    if (load<u8>(p) == 0x0d) p++;
    if (load<u8>(p) != 0x0a || size > RECORD_BYTES_MAX) {
      p = 0;
      break;
    }
    if (seen != all && !missing(seen, columns, columnCount, row)) {
      p = 0;
      break;
    }
    p++;
    store<i32>(starts + (usize(row) << 2), i32(record));
    store<i32>(lengths + (usize(row) << 2), size);
    row++;
    record = p;
  }
  store<i32>(HEADER + HEADER_POSITION, i32(record));
  store<i32>(HEADER + HEADER_SEARCHES, searches);
  store<i32>(HEADER + HEADER_UNTRUSTED, untrusted);
  return row;
}
