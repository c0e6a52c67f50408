/** The TypeScript scanner: JavaScript generated for one schema and one order of members (scan-twin-code.ts). */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import { scannerSource } from './scan-twin-code.js';
import * as helpers from './scan-twin-helpers.js';
import type { JsonScanner, ScanMember, ScanMemory, ScanTarget } from './scan.js';

interface ScanResult {
  position: number;
  searches: number;
  untrusted: boolean;
  crowded: boolean;
  side: number;
  sideEnd: number;
}

type TwinScan = (
  bytes: Uint8Array,
  words: Int32Array,
  doubles: Float64Array,
  view: DataView,
  start: number,
  end: number,
  row: number,
  rowsMax: number,
  trusted: boolean,
  result: ScanResult,
) => number;

export class TwinScanner implements JsonScanner {
  readonly #memory: ScanMemory;
  readonly #target: ScanTarget;
  readonly #result: ScanResult = {
    position: 0,
    searches: 0,
    untrusted: false,
    crowded: false,
    side: 0,
    sideEnd: 0,
  };
  #scan: TwinScan | null = null;
  #generation = -1;
  #bytes = new Uint8Array(0);
  #words = new Int32Array(0);
  #doubles = new Float64Array(0);
  #view = new DataView(new ArrayBuffer(0));

  constructor(memory: ScanMemory, target: ScanTarget) {
    this.#memory = memory;
    this.#target = target;
  }

  get position(): number {
    return this.#result.position;
  }

  get searches(): number {
    return this.#result.searches;
  }

  get untrusted(): boolean {
    return this.#result.untrusted;
  }

  get crowded(): boolean {
    return this.#result.crowded;
  }

  get side(): number {
    return this.#result.side;
  }

  set side(address: number) {
    this.#result.side = address;
  }

  set sideEnd(address: number) {
    this.#result.sideEnd = address;
  }

  get sideEnd(): number {
    return this.#result.sideEnd;
  }

  learn(members: readonly ScanMember[]): void {
    const source = scannerSource(members, this.#target);
    // The source holds only numbers of ours; the keys come as a value.
    const make = new Function('H', 'K', source) as (made: typeof helpers, keys: readonly Uint8Array[]) => TwinScan;
    this.#scan = make(
      helpers,
      members.map((member) => member.key),
    );
  }

  scan(start: number, end: number, row: number, rowsMax: number, trusted: boolean): number {
    if (this.#scan === null) throw new InternalError('the scanner has not learnt its members');
    if (this.#generation !== this.#memory.generation) {
      const buffer = this.#memory.memory.buffer;
      this.#generation = this.#memory.generation;
      this.#bytes = new Uint8Array(buffer);
      this.#words = new Int32Array(buffer);
      this.#doubles = new Float64Array(buffer);
      this.#view = new DataView(buffer);
    }
    return this.#scan(
      this.#bytes,
      this.#words,
      this.#doubles,
      this.#view,
      start,
      end,
      row,
      rowsMax,
      trusted,
      this.#result,
    );
  }
}
