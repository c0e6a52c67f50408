/**
 * The interface of the JSON-lines scanners. Two implementations do the same: scan-twin.ts (generated JavaScript) and
 * scan-simd.ts (AssemblyScript, SIMD128). Both take only records of which they verified every byte and leave the others
 * to the exact parser, so which records they take affects speed and never results.
 *
 * Members are expected in the order of `learn`, each key is compared byte by byte, and another order is found by
 * search. Taken on the fast path: strings (needed ones with escapes are decoded into the side space), numbers without
 * exponent of up to 18 digits, true, false, null, unknown and missing members, nested values that nobody reads or that
 * fill a JSON column, a carriage return before the line feed, and at least one blank behind `:` and `,`. Left to the
 * exact parser: longer numbers and exponents in needed members, members that occur twice, escapes in unknown names,
 * base64 and intervals.
 */
import type { SqlType } from '../../plan/types.js';
import {
  KIND_BIGINT,
  KIND_BOOLEAN,
  KIND_DATE,
  KIND_DECIMAL,
  KIND_DECIMAL_WIDE,
  KIND_DOUBLE,
  KIND_INT,
  KIND_JSON,
  KIND_SLOW,
  KIND_TEXT,
  KIND_TIME,
  KIND_TIMESTAMP,
  KIND_TIMESTAMPTZ,
} from './scan-layout.js';

/** A needed member: how it is scanned, and the addresses of its buffers (0 = none). */
export interface ScanColumn {
  readonly kind: number;
  readonly values: number;
  readonly lengths: number;
  readonly valid: number;
  readonly scale: number;
  readonly precision: number;
}

/** A member in the expected order: the bytes of `"key":`, and the index of its column or -1. */
export interface ScanMember {
  readonly key: Uint8Array;
  readonly column: number;
  /**
   * All bytes between the value before (or the start of the record) and its own, as they were; null if it wasn't there.
   */
  readonly lead: Uint8Array | null;
}

/** The linear memory that everything lies in. */
export interface ScanMemory {
  readonly memory: WebAssembly.Memory;
  /** Changes when `memory` has grown and views must be made again. */
  readonly generation: number;
  reserve(bytes: number): number;
}

export interface ScanTarget {
  readonly columns: readonly ScanColumn[];
  /** Addresses of the arrays of record addresses and lengths. */
  readonly starts: number;
  readonly lengths: number;
}

export interface JsonScanner {
  /**
   * Sets the expected order; every column occurs at least once. `tail`: the bytes behind the last value with the line
   * feed, and
   * `present`: how many of the members come before it (others were not in the record).
   */
  learn(members: readonly ScanMember[], present: number, tail: Uint8Array): void;
  /**
   * Scans records in `[start, end)`, which ends with a line feed, into rows from `row` on, at most up to `rowsMax`.
   * Returns the next row. `trusted`: all of it is known to be valid UTF-8.
   */
  scan(start: number, end: number, row: number, rowsMax: number, trusted: boolean): number;
  /** Where the last scan stopped: `end`, or the start of a record that it doesn't take (or had no room for). */
  readonly position: number;
  /** How many members of the last scan were not where they were expected. */
  readonly searches: number;
  /** The record was left only because a needed string has bytes beyond ASCII. */
  readonly untrusted: boolean;
  /** The record was left only because `sideEnd` left no room for a decoded string. */
  readonly crowded: boolean;
  /**
   * Where decoded strings may go: set before a scan, which leaves `side` behind the last one. Up to 16 bytes more are
   * written.
   */
  side: number;
  sideEnd: number;
}

/** Members in the prediction beside the needed ones. */
export const MEMBERS_MAX = 96;

export function scanKind(type: SqlType): number {
  switch (type.kind) {
    case 'boolean':
      return KIND_BOOLEAN;
    case 'int':
      return KIND_INT;
    case 'bigint':
      return KIND_BIGINT;
    case 'double':
      return KIND_DOUBLE;
    case 'decimal':
      return type.precision <= 18 ? KIND_DECIMAL : KIND_DECIMAL_WIDE;
    case 'varchar':
      return KIND_TEXT;
    case 'json':
      return KIND_JSON;
    case 'date':
      return KIND_DATE;
    case 'time':
      return KIND_TIME;
    case 'timestamp':
      return KIND_TIMESTAMP;
    case 'timestamptz':
      return KIND_TIMESTAMPTZ;
    case 'varbinary':
    case 'interval':
      return KIND_SLOW;
  }
}
