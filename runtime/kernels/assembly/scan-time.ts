/**
 * Dates and times of the SIMD scanner, from the shapes `YYYY-MM-DD`, `HH:MM:SS[.f]` and both joined by `T` or a blank;
 * all digits of eight characters are checked at once. Days from a civil date after H. Hinnant, "chrono-compatible
 * low-level date algorithms" (2013).
 */
import { HEADER, HEADER_MINUTE } from './scan-layout';
import { lastInteger, lastMagnitude, microseconds, smallInteger } from './scan-number';

/** `YYYY-MM-`, `DDTHH:MM`, `HH:MM:SS` as little-endian words, to be taken away by XOR. */
const DATE_PATTERN: u64 = 0x2d30302d30303030;
const MIDDLE_PATTERN: u64 = 0x30303a3030003030;
const TIME_PATTERN: u64 = 0x30303a30303a3030;
/** Added to a byte it sets the highest bit unless the byte is a digit (0x76) or zero (0x7f). */
const DATE_CHECK: u64 = 0x7f76767f76767676;
const MIDDLE_CHECK: u64 = 0x76767f76767f7676;
const TIME_CHECK: u64 = 0x76767f76767f7676;
const HIGH: u64 = 0x8080808080808080;
const DAY_US: i64 = 86400000000;

/** The last date and its days: neighbours in a stream mostly share it. */
let cachedDate: u64 = 0;
let cachedDay: u32 = 1000;
let cachedDays: i32 = 0;

function daysInMonth(year: i32, month: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Whether `date` (after XOR) and `day` are a date of the years 1 to 9999; `cachedDays` is then its day number. */
function civil(date: u64, day: u32): bool {
  if (date == cachedDate && day == cachedDay) return true;
  const pairs = date * 10 + (date >> 8);
  const year = i32(pairs & 0xff) * 100 + i32((pairs >> 16) & 0xff);
  const month = i32((pairs >> 40) & 0xff);
  if (year < 1 || month < 1 || month > 12 || day < 1 || i32(day) > daysInMonth(year, month)) return false;
  const y = month <= 2 ? year - 1 : year;
  const era = y / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + i32(day) - 1;
  const dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  cachedDays = era * 146097 + dayOfEra - 719468;
  cachedDate = date;
  cachedDay = day;
  return true;
}

/** A two-digit number at `p`, or 100. */
function twoDigits(p: usize): u32 {
  const tens = u32(load<u8>(p)) - 0x30;
  const ones = u32(load<u8>(p + 1)) - 0x30;
  return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

let fraction: i64 = 0;

/** Reads `[.f]` into `fraction`. */
function fractionEnd(p: usize): usize {
  fraction = 0;
  if (load<u8>(p) != 0x2e) return p;
  const q = microseconds(p + 1);
  fraction = i64(lastMagnitude());
  return q;
}

export function dateValue(p: usize, target: usize): usize {
  if (load<u8>(p) != 0x22) return 0;
  const date = load<u64>(p + 1) ^ DATE_PATTERN;
  if (((date + DATE_CHECK) | date) & HIGH) return 0;
  if (!civil(date, twoDigits(p + 9)) || load<u8>(p + 11) != 0x22) return 0;
  store<i32>(target, cachedDays);
  return p + 12;
}

export function timeValue(p: usize, target: usize): usize {
  if (load<u8>(p) != 0x22) return 0;
  const time = load<u64>(p + 1) ^ TIME_PATTERN;
  if (((time + TIME_CHECK) | time) & HIGH) return 0;
  const pairs = time * 10 + (time >> 8);
  const hour = i64(pairs & 0xff);
  const minute = i64((pairs >> 24) & 0xff);
  const second = i64((pairs >> 48) & 0xff);
  if (hour > 23 || minute > 59 || second > 59) return 0;
  const q = fractionEnd(p + 9);
  if (q == 0 || load<u8>(q) != 0x22) return 0;
  store<i64>(target, (hour * 3600 + minute * 60 + second) * 1000000 + fraction);
  return q + 1;
}

/** `:SS.mmm` as a word, to be taken away by XOR, and what its digit check adds; the eighth byte is not part of it. */
const MILLISECONDS_PATTERN: u64 = 0x003030302e30303a;
const MILLISECONDS_CHECK: u64 = 0x007676767f76767f;
const MILLISECONDS_HIGH: u64 = 0x0080808080808080;

/** Microseconds of the minute whose sixteen characters are kept at HEADER_MINUTE. */
let minuteValue: i64 = 0;

/** A timestamp in a string, or an integer of epoch milliseconds. `zoned`: an offset may follow. */
export function dateTimeValue(p: usize, target: usize, zoned: bool): usize {
  const same = i8x16.bitmask(i8x16.eq(v128.load(p + 1), v128.load(HEADER + HEADER_MINUTE)));
  if (same == 0xffff && load<u8>(p) == 0x22) {
    // The usual case: the minute of the last one, milliseconds, UTC.
    const word = load<u64>(p + 17);
    const bits = word ^ MILLISECONDS_PATTERN;
    if ((((bits + MILLISECONDS_CHECK) | bits) & MILLISECONDS_HIGH) == 0) {
      const seconds = i64((bits >> 8) & 0xff) * 10 + i64((bits >> 16) & 0xff);
      const milliseconds = i64((bits >> 32) & 0xff) * 100 + i64((bits >> 40) & 0xff) * 10 + i64((bits >> 48) & 0xff);
      if (seconds <= 59) {
        store<i64>(target, minuteValue + seconds * 1000000 + milliseconds * 1000);
        const c = word >> 56;
        if (c == 0x5a && load<u8>(p + 25) == 0x22) return p + 26;
        if (c == 0x22) return p + 25;
      }
    }
  }
  return anyDateTime(p, target, zoned);
}

function anyDateTime(p: usize, target: usize, zoned: bool): usize {
  if (load<u8>(p) != 0x22) {
    const q = smallInteger(p);
    if (q != 0) store<i64>(target, lastInteger() * 1000);
    return q;
  }
  const date = load<u64>(p + 1) ^ DATE_PATTERN;
  let middle = load<u64>(p + 9);
  const separator = (middle >> 16) & 0xff;
  if (separator != 0x54 && separator != 0x20) return 0;
  middle = middle ^ (separator << 16) ^ MIDDLE_PATTERN;
  if (((date + DATE_CHECK) | date | ((middle + MIDDLE_CHECK) | middle)) & HIGH) return 0;
  if (load<u8>(p + 17) != 0x3a) return 0;
  const pairs = middle * 10 + (middle >> 8);
  const hour = i64((pairs >> 24) & 0xff);
  const minute = i64((pairs >> 48) & 0xff);
  const second = i64(twoDigits(p + 18));
  if (hour > 23 || minute > 59 || second > 59 || !civil(date, u32(pairs & 0xff))) return 0;
  minuteValue = i64(cachedDays) * DAY_US + (hour * 60 + minute) * 60000000;
  v128.store(HEADER + HEADER_MINUTE, v128.load(p + 1));
  let q = fractionEnd(p + 20);
  if (q == 0) return 0;
  let value = minuteValue + second * 1000000 + fraction;
  const c = load<u8>(q);
  if (c == 0x5a) {
    q++;
  } else if (c != 0x22) {
    if (!zoned || (c != 0x2b && c != 0x2d) || load<u8>(q + 3) != 0x3a) return 0;
    const hours = twoDigits(q + 1);
    const minutes = twoDigits(q + 4);
    if (hours > 15 || minutes > 59) return 0;
    const offset = i64(hours * 60 + minutes) * 60000000;
    value = c == 0x2b ? value - offset : value + offset;
    q += 6;
  }
  if (load<u8>(q) != 0x22) return 0;
  store<i64>(target, value);
  return q + 1;
}
