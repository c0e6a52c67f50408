/** The SIMD scanner: puts columns and members where the kernel (assembly/scan.ts) expects them, and calls it. */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import * as layout from './scan-layout.js';
import { SCAN_MODULE_BASE64 } from './scan-module.generated.js';
import { MEMBERS_MAX, type JsonScanner, type ScanMember, type ScanMemory, type ScanTarget } from './scan.js';

/** Seen columns are bits of one word. */
export const SIMD_COLUMNS_MAX = 64;
/** Room for the keys of the expected members; what doesn't fit is found as unknown members are. */
const KEY_BYTES_MAX = 16384;
const RECORDED_MAX = MEMBERS_MAX + SIMD_COLUMNS_MAX;

type ScanFunction = (start: number, end: number, row: number, rowsMax: number) => number;

let compiled: WebAssembly.Module | null | undefined;

/** The kernel, compiled once; null where the engine has no SIMD. */
function scanModule(): WebAssembly.Module | null {
  if (compiled === undefined) {
    const bytes = Uint8Array.from(atob(SCAN_MODULE_BASE64), (letter) => letter.charCodeAt(0));
    compiled = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  }
  return compiled;
}

export function simdAvailable(columnCount: number): boolean {
  return columnCount <= SIMD_COLUMNS_MAX && scanModule() !== null;
}

export class SimdScanner implements JsonScanner {
  position = 0;
  searches = 0;
  untrusted = false;
  readonly #memory: ScanMemory;
  readonly #scan: ScanFunction;
  readonly #members: number;
  readonly #keys: number;
  readonly #columnCount: number;
  #view: DataView;
  #generation: number;

  constructor(memory: ScanMemory, target: ScanTarget) {
    const module = scanModule();
    invariant(module !== null && target.columns.length <= SIMD_COLUMNS_MAX, 'the SIMD scanner is available');
    this.#memory = memory;
    this.#columnCount = target.columns.length;
    const columns = memory.reserve(Math.max(1, target.columns.length) * layout.COLUMN_BYTES);
    this.#members = memory.reserve(RECORDED_MAX * layout.MEMBER_BYTES);
    this.#keys = memory.reserve(KEY_BYTES_MAX + 16);
    const instance = new WebAssembly.Instance(module, { env: { memory: memory.memory } });
    const scan = instance.exports['scan'];
    if (typeof scan !== 'function') throw new InternalError('the scanner kernel exports no scan');
    this.#scan = scan as ScanFunction;
    this.#view = new DataView(memory.memory.buffer);
    this.#generation = memory.generation;
    const view = this.#view;
    target.columns.forEach((column, index) => {
      const at = columns + index * layout.COLUMN_BYTES;
      view.setInt32(at + layout.COLUMN_KIND, column.kind, true);
      view.setInt32(at + layout.COLUMN_VALUES, column.values, true);
      view.setInt32(at + layout.COLUMN_LENGTHS, column.lengths, true);
      view.setInt32(at + layout.COLUMN_VALID, column.valid, true);
      view.setInt32(at + layout.COLUMN_SCALE, column.scale, true);
      view.setBigInt64(at + layout.COLUMN_LIMIT, 10n ** BigInt(Math.min(column.precision, 18)), true);
    });
    const header = layout.HEADER;
    view.setInt32(header + layout.HEADER_MEMBERS, this.#members, true);
    view.setInt32(header + layout.HEADER_MEMBER_COUNT, 0, true);
    view.setInt32(header + layout.HEADER_COLUMNS, columns, true);
    view.setInt32(header + layout.HEADER_COLUMN_COUNT, target.columns.length, true);
    view.setInt32(header + layout.HEADER_STARTS, target.starts, true);
    view.setInt32(header + layout.HEADER_LENGTHS, target.lengths, true);
    view.setBigUint64(header + layout.HEADER_ALL, (1n << BigInt(target.columns.length)) - 1n, true);
  }

  learn(members: readonly ScanMember[]): void {
    const view = this.#current();
    const bytes = new Uint8Array(view.buffer);
    let count = 0;
    let used = 0;
    for (const { key, column } of members) {
      if (count === RECORDED_MAX || used + key.length > KEY_BYTES_MAX) {
        // A needed member without an entry would count as unknown: no record with it may stay on the fast path.
        if (column < 0) continue;
        count = 0;
        break;
      }
      bytes.set(key, this.#keys + used);
      const at = this.#members + count * layout.MEMBER_BYTES;
      view.setInt32(at + layout.MEMBER_KEY, this.#keys + used, true);
      view.setInt32(at + layout.MEMBER_KEY_BYTES, key.length, true);
      view.setInt32(at + layout.MEMBER_COLUMN, column, true);
      used += Math.ceil(key.length / 16) * 16;
      count++;
    }
    view.setInt32(layout.HEADER + layout.HEADER_MEMBER_COUNT, count, true);
  }

  scan(start: number, end: number, row: number, rowsMax: number, trusted: boolean): number {
    const header = layout.HEADER;
    const view = this.#current();
    if (view.getInt32(header + layout.HEADER_MEMBER_COUNT, true) === 0 && this.#columnCount > 0) {
      this.position = start;
      this.searches = 0;
      this.untrusted = false;
      return row;
    }
    view.setInt32(header + layout.HEADER_TRUSTED, trusted ? 1 : 0, true);
    const next = this.#scan(start, end, row, rowsMax);
    this.position = view.getInt32(header + layout.HEADER_POSITION, true);
    this.searches = view.getInt32(header + layout.HEADER_SEARCHES, true);
    this.untrusted = view.getInt32(header + layout.HEADER_UNTRUSTED, true) !== 0;
    return next;
  }

  #current(): DataView {
    if (this.#generation !== this.#memory.generation) {
      this.#generation = this.#memory.generation;
      this.#view = new DataView(this.#memory.memory.buffer);
    }
    return this.#view;
  }
}
