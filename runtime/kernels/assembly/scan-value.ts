/**
 * Behind values that the SIMD scanner only checks: members that nobody reads, and the JSON type. Nested values are
 * checked completely, without recursion: a bit per level says whether it is an object.
 */
import { RECORD_DEPTH_MAX } from './scan-layout';
import { numberEnd } from './scan-number';
import { plainStops, restOfString } from './scan-string';

/** Behind the blanks at `p`; a line feed is none, because it ends the record. */
export function blanksEnd(p: usize): usize {
  let q = p;
  while (true) {
    const c = load<u8>(q);
    if (c > 0x20 || (c != 0x20 && c != 0x09 && c != 0x0d)) return q;
    q++;
  }
}

/** Behind the string whose opening quote is at `p`, or 0. */
export function stringEnd(p: usize): usize {
  let q = p + 1;
  let stop = plainStops(v128.load(q));
  while (stop == 0) {
    q += 16;
    stop = plainStops(v128.load(q));
  }
  q += ctz(stop);
  return load<u8>(q) == 0x22 ? q + 1 : restOfString(q);
}

/** Behind a number, true, false or null; 0 for everything else. */
function literalEnd(p: usize): usize {
  const c = load<u8>(p);
  if (c <= 0x39) return numberEnd(p);
  const word = load<u32>(p);
  if (word == 0x65757274 || word == 0x6c6c756e) return p + 4;
  return c == 0x66 && load<u32>(p + 1) == 0x65736c61 ? p + 5 : 0;
}

/** Behind the value at `p`, or 0: malformed, or nested too deeply for a member of the record. */
export function valueEnd(p: usize): usize {
  const c = load<u8>(p);
  if (c == 0x22) return stringEnd(p);
  return (c | 0x20) == 0x7b ? nestedEnd(p) : literalEnd(p);
}

/** Behind `"name" :` and the blanks around the colon, or 0. */
function nameEnd(p: usize): usize {
  if (load<u8>(p) != 0x22) return 0;
  let q = stringEnd(p);
  if (q == 0) return 0;
  if (load<u8>(q) != 0x3a) {
    q = blanksEnd(q);
    if (load<u8>(q) != 0x3a) return 0;
  }
  q++;
  return load<u8>(q) > 0x20 ? q : blanksEnd(q);
}

/** Behind the object or array at `p`, or 0. */
function nestedEnd(p: usize): usize {
  let objects: u64 = 0;
  let depth = 1;
  let q = p;
  while (true) {
    // A value begins at q.
    const first = load<u8>(q);
    if (first == 0x22) {
      q = stringEnd(q);
    } else if ((first | 0x20) == 0x7b) {
      if (++depth > RECORD_DEPTH_MAX) return 0;
      objects = (objects << 1) | u64(first == 0x7b);
      q = blanksEnd(q + 1);
      // The closing bracket is the opening one plus two; an empty value ends below.
      if (load<u8>(q) != first + 2) {
        if (first == 0x7b) {
          q = nameEnd(q);
          if (q == 0) return 0;
        }
        continue;
      }
    } else {
      q = literalEnd(q);
    }
    if (q == 0) return 0;
    // Behind a value, or at the bracket that closes an empty one.
    while (true) {
      let c = load<u8>(q);
      if (c <= 0x20) {
        q = blanksEnd(q);
        c = load<u8>(q);
      }
      const object = (objects & 1) != 0;
      if (c == 0x2c) {
        q++;
        if (load<u8>(q) <= 0x20) q = blanksEnd(q);
        if (object) {
          q = nameEnd(q);
          if (q == 0) return 0;
        }
        break;
      }
      if (c != (object ? 0x7d : 0x5d)) return 0;
      q++;
      objects >>= 1;
      if (--depth == 1) return q;
    }
  }
}
