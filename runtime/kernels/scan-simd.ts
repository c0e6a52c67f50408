/** The SIMD scanner: puts columns and members where the kernel (assembly/scan.ts) expects them, and calls it. */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import * as layout from './scan-layout.js';
import { SCAN_MODULE_BASE64 } from './scan-module.generated.js';
import {
  MEMBERS_MAX,
  type JsonScanner,
  type ScanColumn,
  type ScanMember,
  type ScanMemory,
  type ScanTarget,
} from './scan.js';

/** Seen columns are bits of one word. */
export const SIMD_COLUMNS_MAX = 64;
/** Room for the keys of the expected members; what doesn't fit is found as unknown members are. */
const KEY_BYTES_MAX = 32768;
/** Longer ones are not expected, only searched for. */
const LEAD_BYTES_MAX = 512;
const RECORDED_MAX = MEMBERS_MAX + SIMD_COLUMNS_MAX;
/** In front of no value: what it stands for is never expected. */
const NEVER = Uint8Array.of(0xff);
/** No key begins so. */
const NO_KEY = Uint8Array.of(0);

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
  crowded = false;
  side = 0;
  sideEnd = 0;
  readonly #memory: ScanMemory;
  readonly #scan: ScanFunction;
  readonly #columns: readonly ScanColumn[];
  readonly #members: number;
  readonly #keys: number;
  #keysUsed = 0;
  /** All needed members have an entry: without one they would count as unknown. */
  #complete = false;
  #view: DataView;
  #generation: number;

  constructor(memory: ScanMemory, target: ScanTarget) {
    const module = scanModule();
    invariant(module !== null && target.columns.length <= SIMD_COLUMNS_MAX, 'the SIMD scanner is available');
    this.#memory = memory;
    this.#columns = target.columns;
    const valids = memory.reserve(Math.max(1, target.columns.length) * 4);
    this.#members = memory.reserve((RECORDED_MAX + 2) * layout.MEMBER_BYTES);
    this.#keys = memory.reserve(KEY_BYTES_MAX + 32);
    const instance = new WebAssembly.Instance(module, { env: { memory: memory.memory } });
    const scan = instance.exports['scan'];
    if (typeof scan !== 'function') throw new InternalError('the scanner kernel exports no scan');
    this.#scan = scan as ScanFunction;
    this.#view = new DataView(memory.memory.buffer);
    this.#generation = memory.generation;
    const view = this.#view;
    target.columns.forEach(({ valid }, index) => {
      view.setInt32(valids + index * 4, valid, true);
    });
    const header = layout.HEADER;
    view.setInt32(header + layout.HEADER_MEMBERS, this.#members, true);
    view.setInt32(header + layout.HEADER_VALIDS, valids, true);
    view.setInt32(header + layout.HEADER_COLUMN_COUNT, target.columns.length, true);
    view.setInt32(header + layout.HEADER_STARTS, target.starts, true);
    view.setInt32(header + layout.HEADER_LENGTHS, target.lengths, true);
    view.setBigUint64(header + layout.HEADER_ALL, (1n << BigInt(target.columns.length)) - 1n, true);
  }

  learn(members: readonly ScanMember[], present: number, tail: Uint8Array): void {
    const view = this.#current();
    const header = layout.HEADER;
    let at = this.#members;
    const put = (lead: Uint8Array, key: Uint8Array, kind: number, column: number): void => {
      this.#putMember(at, lead, key);
      this.#putColumn(at, kind, column);
      at += layout.MEMBER_BYTES;
    };
    const putTail = (): void => {
      view.setInt32(header + layout.HEADER_TAIL, at, true);
      // With no member before it a tail would be all that a record has to be: `}` alone would pass for an object.
      put(present > 0 && tail.length <= LEAD_BYTES_MAX ? tail : NEVER, NO_KEY, layout.KIND_TAIL, -1);
    };
    this.#keysUsed = 0;
    this.#complete = true;
    let count = 0;
    members.forEach(({ key, column, lead }, index) => {
      if (index === present) putTail();
      const expected = lead !== null && lead.length > 0 && lead.length <= LEAD_BYTES_MAX ? lead : NEVER;
      const room = this.#keysUsed + expected.length + key.length + 64 + LEAD_BYTES_MAX <= KEY_BYTES_MAX;
      if (count < RECORDED_MAX && room) {
        // The colon may have blanks around it.
        put(expected, key.subarray(0, -1), column < 0 ? layout.KIND_SKIP : (this.#columns[column]?.kind ?? 0), column);
        count++;
      } else if (column >= 0) {
        this.#complete = false;
      }
    });
    if (present >= members.length) putTail();
    view.setInt32(header + layout.HEADER_UNKNOWN, at, true);
    put(NEVER, NO_KEY, layout.KIND_SKIP, -1);
  }

  /** What is expected in front of a value, and its key. */
  #putMember(at: number, lead: Uint8Array, key: Uint8Array): void {
    const view = this.#view;
    const bytes = new Uint8Array(view.buffer);
    const address = this.#keys + this.#keysUsed;
    const keyAddress = address + Math.ceil(lead.length / 16) * 16;
    this.#keysUsed = keyAddress - this.#keys + Math.ceil(key.length / 16) * 16;
    bytes.set(lead, address);
    bytes.set(key, keyAddress);
    bytes.set(lead.subarray(0, 16), at + layout.MEMBER_LEAD);
    view.setInt32(at + layout.MEMBER_LEAD_MASK, (1 << Math.min(lead.length, 16)) - 1, true);
    view.setInt32(at + layout.MEMBER_LEAD_BYTES, lead.length, true);
    view.setInt32(at + layout.MEMBER_LEAD_ADDRESS, address, true);
    view.setInt32(at + layout.MEMBER_KEY, keyAddress, true);
    view.setInt32(at + layout.MEMBER_KEY_BYTES, key.length, true);
  }

  #putColumn(at: number, kind: number, index: number): void {
    const view = this.#view;
    const column = this.#columns[index];
    view.setInt32(at + layout.MEMBER_KIND, kind, true);
    view.setInt32(at + layout.MEMBER_VALUES, column?.values ?? 0, true);
    view.setInt32(at + layout.MEMBER_LENGTHS, column?.lengths ?? 0, true);
    view.setInt32(at + layout.MEMBER_VALID, column?.valid ?? 0, true);
    view.setInt32(at + layout.MEMBER_SCALE, column?.scale ?? 0, true);
    view.setBigInt64(at + layout.MEMBER_LIMIT, 10n ** BigInt(Math.min(column?.precision ?? 0, 18)), true);
    view.setBigUint64(at + layout.MEMBER_BIT, column === undefined ? 0n : 1n << BigInt(index), true);
  }

  scan(start: number, end: number, row: number, rowsMax: number, trusted: boolean): number {
    const header = layout.HEADER;
    const view = this.#current();
    if (!this.#complete) {
      this.position = start;
      this.searches = 0;
      this.untrusted = this.crowded = false;
      return row;
    }
    view.setInt32(header + layout.HEADER_TRUSTED, trusted ? 1 : 0, true);
    view.setInt32(header + layout.HEADER_SIDE, this.side, true);
    view.setInt32(header + layout.HEADER_SIDE_END, this.sideEnd, true);
    const next = this.#scan(start, end, row, rowsMax);
    this.side = view.getInt32(header + layout.HEADER_SIDE, true);
    this.position = view.getInt32(header + layout.HEADER_POSITION, true);
    this.searches = view.getInt32(header + layout.HEADER_SEARCHES, true);
    this.untrusted = view.getInt32(header + layout.HEADER_UNTRUSTED, true) !== 0;
    this.crowded = view.getInt32(header + layout.HEADER_CROWDED, true) !== 0;
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
