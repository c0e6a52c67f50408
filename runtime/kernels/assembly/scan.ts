/**
 * The JSON-lines scanner in SIMD128. Compiled by scripts/build-kernel.mjs; scan-layout.ts (one folder up) names the
 * same addresses and numbers, and scan-twin.ts does the same in TypeScript.
 *
 * A record is taken only if every byte of it was verified; at anything else the scan stops in front of the record and
 * the exact parser takes it. The input ends with a line feed, so that no loop can leave it: every loop stops at a
 * control byte.
 *
 * What stands between two values (`,"key":`, blanks included) is expected as it was in the record that was learnt, and
 * compared sixteen bytes at once; so is the end of the record. Only at another spelling or order the separators are
 * read one by one. Branches on separators would be selects in the machine code, and the address of every value would
 * wait for them.
 */
import { dateTimeValue, dateValue, timeValue } from './scan-time';
import { decimalValue, digitCount, digitsValue, doubleValue, eight, integerValue } from './scan-number';
import { beyond, decodeEscapes, escaped, forget, plainStops, restOfString } from './scan-string';
import { blanksEnd, stringEnd, valueEnd } from './scan-value';
import {
  HEADER,
  HEADER_ALL,
  HEADER_COLUMN_COUNT,
  HEADER_CROWDED,
  HEADER_LENGTHS,
  HEADER_MEMBERS,
  HEADER_POSITION,
  HEADER_SEARCHES,
  HEADER_SIDE,
  HEADER_SIDE_END,
  HEADER_STARTS,
  HEADER_TAIL,
  HEADER_TRUSTED,
  HEADER_UNKNOWN,
  HEADER_UNTRUSTED,
  HEADER_VALIDS,
  KIND_BIGINT,
  KIND_BOOLEAN,
  KIND_DATE,
  KIND_DECIMAL,
  KIND_DECIMAL_WIDE,
  KIND_DOUBLE,
  KIND_INT,
  KIND_JSON,
  KIND_SKIP,
  KIND_TAIL,
  KIND_TEXT,
  KIND_TIME,
  KIND_TIMESTAMP,
  KIND_TIMESTAMPTZ,
  MEMBER_BIT,
  MEMBER_BYTES,
  MEMBER_KEY,
  MEMBER_KEY_BYTES,
  MEMBER_KIND,
  MEMBER_LEAD,
  MEMBER_LEAD_ADDRESS,
  MEMBER_LEAD_BYTES,
  MEMBER_LEAD_MASK,
  MEMBER_LENGTHS,
  MEMBER_VALID,
  MEMBER_VALUES,
  RECORD_BYTES_MAX,
} from './scan-layout';

/** Whether needed strings may hold bytes beyond ASCII: the chunk is known to be valid UTF-8. */
let trusted: bool = false;
/** A record was refused for such a byte alone, or for want of room for a decoded string. */
let untrusted: i32 = 0;
let crowded: i32 = 0;
/** Where the next decoded string goes. */
let side: usize = 0;
let sideEnd: usize = 0;
let searches: i32 = 0;
/** Result of `search`: the member whose value follows. */
let found: usize = 0;

function equalBytes(p: usize, q: usize, size: i32): bool {
  for (let i = 0; i < size; i++) if (load<u8>(p + i) != load<u8>(q + i)) return false;
  return true;
}

/** Whether the bytes at `p` are those expected in front of the member's value. */
function leadMatches(p: usize, member: usize): bool {
  const equal = i8x16.bitmask(i8x16.eq(v128.load(p), v128.load(member, MEMBER_LEAD)));
  if ((~equal & load<i32>(member, MEMBER_LEAD_MASK)) != 0) return false;
  const size = load<i32>(member, MEMBER_LEAD_BYTES);
  return size <= 16 || equalBytes(p + 16, load<i32>(member, MEMBER_LEAD_ADDRESS) + 16, size - 16);
}

/** The member whose `"key"` stands at `p`, sought from `expected` on and then from the first one, or 0. */
function findMember(p: usize, expected: usize): usize {
  const end = usize(load<i32>(HEADER + HEADER_UNKNOWN));
  for (let member = expected; member < end; member += MEMBER_BYTES) if (keyMatches(p, member)) return member;
  const first = usize(load<i32>(HEADER + HEADER_MEMBERS));
  for (let member = first; member < expected; member += MEMBER_BYTES) if (keyMatches(p, member)) return member;
  return 0;
}

function keyMatches(p: usize, member: usize): bool {
  const size = load<i32>(member, MEMBER_KEY_BYTES);
  const key = usize(load<i32>(member, MEMBER_KEY));
  if (size > 16) return equalBytes(p, key, size);
  const mask = (1 << size) - 1;
  return (i8x16.bitmask(i8x16.eq(v128.load(p), v128.load(key))) & mask) == mask;
}

/**
 * Reads what stands between two values in any spelling. Returns the address of the next value, with its member in
 * `found`; at the end of the record the address behind the line feed; 0 if it is something else.
 */
function search(p: usize, first: bool, expected: usize): usize {
  let q = blanksEnd(p);
  let c = load<u8>(q);
  if (first) {
    if (c != 0x7b) return 0;
    q = blanksEnd(q + 1);
    c = load<u8>(q);
  }
  if (c == 0x7d) {
    found = load<i32>(HEADER + HEADER_TAIL);
    q = blanksEnd(q + 1);
    return load<u8>(q) == 0x0a ? q + 1 : 0;
  }
  if (!first) {
    if (c != 0x2c) return 0;
    q = blanksEnd(q + 1);
    c = load<u8>(q);
  }
  if (c != 0x22) return 0;
  searches++;
  found = findMember(q, expected);
  if (found != 0) {
    q += load<i32>(found, MEMBER_KEY_BYTES);
  } else {
    found = load<i32>(HEADER + HEADER_UNKNOWN);
    forget();
    q = stringEnd(q);
    // With its escapes decoded it may be the name of any member.
    if (q == 0 || escaped) return 0;
  }
  q = blanksEnd(q);
  return load<u8>(q) == 0x3a ? blanksEnd(q + 1) : 0;
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

function storeSlice(member: usize, row: i32, start: usize, size: usize): void {
  store<i32>(usize(load<i32>(member, MEMBER_VALUES)) + (usize(row) << 2), i32(start));
  store<i32>(usize(load<i32>(member, MEMBER_LENGTHS)) + (usize(row) << 2), i32(size));
}

/**
 * A needed string that begins at `start` and has something unusual at `q`: stores it, and returns the address behind
 * it.
 */
function unusualText(member: usize, row: i32, start: usize, q: usize): usize {
  forget();
  const next = restOfString(q);
  if (next == 0 || refusedBytes()) return 0;
  const end = next - 1;
  if (!escaped) {
    storeSlice(member, row, start, end - start);
    return next;
  }
  if (side + (end - start) > sideEnd) {
    crowded = 1;
    return 0;
  }
  const decodedEnd = decodeEscapes(start, end, side);
  if (decodedEnd == 0) return 0;
  storeSlice(member, row, side, decodedEnd - side);
  side = decodedEnd;
  return next;
}

/** Whether the value just read has bytes beyond ASCII that may be no UTF-8. */
function refusedBytes(): bool {
  if (!beyond || trusted) return false;
  untrusted = 1;
  return true;
}

function jsonValue(p: usize, member: usize, row: i32): usize {
  forget();
  const q = valueEnd(p);
  if (q == 0 || refusedBytes()) return 0;
  storeSlice(member, row, p, q - p);
  return q;
}

/** Stores the value at `p` and returns the address behind it; 0 = not for the fast path. */
function otherValue(p: usize, member: usize, row: i32): usize {
  if (load<u32>(p) == 0x6c6c756e) {
    const valid = usize(load<i32>(member, MEMBER_VALID));
    if (valid == 0) return 0;
    store<u8>(valid + usize(row), 0);
    return p + 4;
  }
  const values = usize(load<i32>(member, MEMBER_VALUES));
  const index = usize(row);
  switch (load<i32>(member, MEMBER_KIND)) {
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
      return decimalValue(p, values + (index << 3), member, false);
    case KIND_DECIMAL_WIDE:
      return decimalValue(p, values + (index << 4), member, true);
    case KIND_BOOLEAN:
      return booleanValue(p, values + index);
    case KIND_JSON:
      return jsonValue(p, member, row);
    case KIND_DATE:
      return dateValue(p, values + (index << 2));
    case KIND_TIME:
      return timeValue(p, values + (index << 3));
    default:
      return 0;
  }
}

/** Marks the columns without a member as NULL; false if one of them must not be. */
function missing(seen: u64, row: i32): bool {
  const valids = usize(load<i32>(HEADER + HEADER_VALIDS));
  const count = load<i32>(HEADER + HEADER_COLUMN_COUNT);
  for (let i = 0; i < count; i++) {
    if ((seen >> u64(i)) & 1) continue;
    const valid = usize(load<i32>(valids + (usize(i) << 2)));
    if (valid == 0) return false;
    store<u8>(valid + usize(row), 0);
  }
  return true;
}

/** The members of the record at `record`, into row `row`. Returns the address behind its line feed, or 0 = refused. */
function scanRecord(record: usize, members: usize, row: i32): usize {
  let p = record;
  let member = members;
  let seen: u64 = 0;
  while (true) {
    let current = member;
    if (leadMatches(p, member)) {
      p += load<i32>(member, MEMBER_LEAD_BYTES);
      member += MEMBER_BYTES;
    } else {
      p = search(p, p == record, member);
      if (p == 0) return 0;
      current = found;
      if (current != usize(load<i32>(HEADER + HEADER_UNKNOWN))) member = current + MEMBER_BYTES;
    }
    const kind = load<i32>(current, MEMBER_KIND);
    if (kind == KIND_SKIP) {
      if (load<u8>(p) == 0x22) {
        p++;
        let stop = plainStops(v128.load(p));
        while (stop == 0) {
          p += 16;
          stop = plainStops(v128.load(p));
        }
        p += ctz(stop);
        if (load<u8>(p) == 0x22) {
          p++;
          continue;
        }
        p = restOfString(p);
      } else {
        p = valueEnd(p);
      }
      if (p == 0) return 0;
      continue;
    }
    if (kind == KIND_TAIL) {
      let size = i32(p - record) - 1;
      if (load<u8>(p - 2) == 0x0d) size--;
      if (size > RECORD_BYTES_MAX) return 0;
      if (seen != load<u64>(HEADER + HEADER_ALL) && !missing(seen, row)) return 0;
      store<i32>(usize(load<i32>(HEADER + HEADER_STARTS)) + (usize(row) << 2), i32(record));
      store<i32>(usize(load<i32>(HEADER + HEADER_LENGTHS)) + (usize(row) << 2), size);
      return p;
    }
    const bit = load<u64>(current, MEMBER_BIT);
    if (seen & bit) return 0;
    seen |= bit;
    const valid = usize(load<i32>(current, MEMBER_VALID));
    if (valid != 0) store<u8>(valid + usize(row), 1);
    if (kind == KIND_TEXT && load<u8>(p) == 0x22) {
      const start = p + 1;
      p = start;
      let stop = plainStops(v128.load(p));
      while (stop == 0) {
        p += 16;
        stop = plainStops(v128.load(p));
      }
      p += ctz(stop);
      if (load<u8>(p) == 0x22) {
        storeSlice(current, row, start, p - start);
        p++;
        continue;
      }
      p = unusualText(current, row, start, p);
      if (p == 0) return 0;
      continue;
    }
    if (kind == KIND_BIGINT) {
      const bits = eight(p);
      const n = digitCount(bits);
      // One to eight digits and no more; no leading zero. What may not follow them is found as an unexpected separator.
      const more = u32(load<u8>(p + n)) - 0x30 <= 9;
      if (n != 0 && !more && (n == 1 || (bits & 0xff) != 0)) {
        store<u64>(usize(load<i32>(current, MEMBER_VALUES)) + (usize(row) << 3), digitsValue(bits, n));
        p += n;
        continue;
      }
    }
    p = otherValue(p, current, row);
    if (p == 0) return 0;
  }
}

/**
 * Scans records from `start` while there are rows left. Returns the number of rows filled; HEADER_POSITION tells where
 * it stopped: at `end`, or in front of a record that is not for the fast path, or because `rowsMax` was reached.
 */
export function scan(start: usize, end: usize, firstRow: i32, rowsMax: i32): i32 {
  const members = usize(load<i32>(HEADER + HEADER_MEMBERS));
  trusted = load<i32>(HEADER + HEADER_TRUSTED) != 0;
  side = load<i32>(HEADER + HEADER_SIDE);
  sideEnd = load<i32>(HEADER + HEADER_SIDE_END);
  untrusted = 0;
  crowded = 0;
  searches = 0;
  let row = firstRow;
  let record = start;
  while (record < end && row < rowsMax) {
    const recordSide = side;
    const next = scanRecord(record, members, row);
    if (next == 0) {
      side = recordSide;
      break;
    }
    record = next;
    row++;
  }
  store<i32>(HEADER + HEADER_SIDE, i32(side));
  store<i32>(HEADER + HEADER_POSITION, i32(record));
  store<i32>(HEADER + HEADER_SEARCHES, searches);
  store<i32>(HEADER + HEADER_UNTRUSTED, untrusted);
  store<i32>(HEADER + HEADER_CROWDED, crowded);
  return row;
}
