/**
 * JSON lines: a fast scanner for the records that look as expected, the exact parser for all others. exact-json.ts says
 * what a record is, json-cells.ts what its values mean. Lines of white space alone are skipped.
 */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import type { SourceColumn } from '../../plan/plan.js';
import type { SqlType } from '../../plan/types.js';
import { MEMBERS_MAX, scanKind, type JsonScanner, type ScanMember, type ScanTarget } from '../kernels/scan.js';
import { SimdScanner, simdAvailable } from '../kernels/scan-simd.js';
import { TwinScanner } from '../kernels/scan-twin.js';
import { ExactJson } from './exact-json.js';
import { ROWS_PER_COLUMN_BATCH_MAX } from './format.js';
import { writeJsonCell } from './json-cells.js';
import { CARRIAGE_RETURN, LINE_FEED, newlineFraming } from './newline-framing.js';
import { RecordDecoder } from './record-decoder.js';

/** `exact` uses no scanner at all: the reference of the tests. */
export type Kernel = 'auto' | 'twin' | 'simd' | 'exact';

/** The order of members is learnt again when more members than this per record had to be searched for … */
const SEARCHES_PER_ROW_MAX = 0.5;
/** … but not for ever: a stream without any order gains nothing. */
const LEARN_MAX = 16;
/** After n refused records in a row 2^n - 1 go to the exact parser at once, for n up to this. */
const REFUSALS_MAX = 5;
/** How a record ends if none was seen to the end. */
const USUAL_TAIL = Uint8Array.of(0x7d, LINE_FEED);

export class JsonLinesDecoder extends RecordDecoder {
  readonly framing = newlineFraming;
  readonly #exact: ExactJson;
  readonly #scanner: JsonScanner | null;
  /** The needed members: column index and type. */
  readonly #members: readonly { readonly index: number; readonly type: SqlType; readonly name: string }[];
  /** Not in the reference of the tests. */
  readonly #shortcuts: boolean;
  #learnt = 0;

  constructor(columns: readonly SourceColumn[], kernel: Kernel) {
    super(columns, kernel !== 'exact');
    this.#members = columns.flatMap((column, index) =>
      column.from === 'record' ? [{ index, type: column.field.type, name: column.name }] : [],
    );
    this.#exact = new ExactJson(this.#members.map((member) => member.name));
    this.#shortcuts = kernel !== 'exact';
    this.#scanner = this.#createScanner(kernel);
  }

  protected override decodePiece(start: number, end: number): void {
    const lines = newlineFraming.lastRecordEnd(this.arena.bytes, start, end);
    if (this.#scanner === null) this.#exactLines(start, lines);
    else this.#scanLines(this.#scanner, start, lines);
    if (lines < end) this.#exactRecord(lines, end);
  }

  protected override decodeRecord(start: number, end: number): void {
    this.#exactRecord(start, end);
  }

  #exactLines(start: number, end: number): void {
    for (let at = start; at < end;) at = this.#exactLine(at);
  }

  #scanLines(scanner: JsonScanner, start: number, end: number): void {
    let at = start;
    let trusted = false;
    let refusals = 0;
    while (at < end) {
      if (this.#learnt === 0) {
        at = this.#exactLine(at);
        this.#learn(scanner, at);
        continue;
      }
      const record = at;
      scanner.side = this.arena.sideEnd;
      scanner.sideEnd = this.arena.sideLimit;
      const rows = scanner.scan(at, end, this.row, ROWS_PER_COLUMN_BATCH_MAX, trusted) - this.row;
      at = scanner.position;
      this.arena.takeSide(scanner.side);
      if (scanner.searches > rows * SEARCHES_PER_ROW_MAX + 1) this.#learnAgain(scanner, record);
      if (rows > 0) {
        this.advance(rows);
        refusals = 0;
      }
      if (at >= end || (this.row === 0 && rows > 0)) continue;
      if (scanner.untrusted && !trusted) {
        trusted = this.cells.pieceIsUtf8;
        if (trusted) continue;
      }
      if (scanner.crowded) {
        // No decoded string is longer than what is left of the piece.
        this.arena.makeSideRoom(end - at);
        this.buffers.refresh();
        continue;
      }
      // Where record after record is refused, the scanner is not asked about each.
      refusals = Math.min(refusals + 1, REFUSALS_MAX);
      for (let lines = 1 << refusals; lines > 1 && at < end; lines--) at = this.#exactLine(at);
    }
  }

  /** The line at `start`, through the exact parser; the start of the next one. */
  #exactLine(start: number): number {
    const end = this.arena.bytes.indexOf(LINE_FEED, start);
    this.#exactRecord(start, end);
    return end + 1;
  }

  #exactRecord(start: number, lineEnd: number): void {
    const bytes = this.arena.bytes;
    const end = lineEnd > start && bytes[lineEnd - 1] === CARRIAGE_RETURN ? lineEnd - 1 : lineEnd;
    if (isBlank(bytes, start, end)) {
      this.#exact.forget();
      this.skipRecord();
      return;
    }
    this.record(start, end, this.#fill);
  }

  readonly #fill = (row: number, start: number, end: number): void => {
    const exact = this.#exact;
    exact.parse(this.arena.bytes, start, end, this.#shortcuts ? this.arena.view : null);
    let member = 0;
    for (const column of this.#members) {
      writeJsonCell(exact, member++, this.cells, this.arena, this.buffers, column, row);
    }
  };

  /**
   * Expects the members of the record that the exact parser saw last, then the needed ones it did not have. `next`:
   * behind the line feed of that record.
   */
  #learn(scanner: JsonScanner, next: number): void {
    this.#learnt++;
    const exact = this.#exact;
    const bytes = this.arena.bytes;
    const members: ScanMember[] = [];
    const known = new Set<number>();
    for (let i = 0; i < exact.keyCount; i++) {
      const column = exact.keyColumns[i] ?? -1;
      if (column >= 0 && known.has(column)) continue;
      if (column >= 0) known.add(column);
      else if (members.length - known.size >= MEMBERS_MAX) continue;
      const key = quoted(bytes.slice(exact.keyStarts[i], exact.keyEnds[i]));
      members.push({ key, column, lead: bytes.slice(exact.leadStarts[i], exact.valueStarts[i]) });
    }
    const present = members.length;
    const encoder = new TextEncoder();
    this.#members.forEach(({ name }, column) => {
      if (known.has(column)) return;
      // JSON.stringify spells a name as producers do: a key of other spelling is left to the exact parser.
      members.push({ key: encoder.encode(`${JSON.stringify(name)}:`), column, lead: null });
    });
    const tail = exact.valuesEnd >= 0 && present > 0 ? bytes.slice(exact.valuesEnd, next) : USUAL_TAIL;
    scanner.learn(members, present, tail);
  }

  /** The order has changed: learns it from the record at `start`. */
  #learnAgain(scanner: JsonScanner, start: number): void {
    if (this.#learnt >= LEARN_MAX) return;
    const lineEnd = this.arena.bytes.indexOf(LINE_FEED, start);
    this.#exact.tryParse(this.arena.bytes, start, lineEnd);
    this.#learn(scanner, lineEnd + 1);
  }

  #createScanner(kernel: Kernel): JsonScanner | null {
    if (kernel === 'exact') return null;
    const target: ScanTarget = {
      starts: this.buffers.starts,
      lengths: this.buffers.lengths,
      columns: this.#members.map(({ index, type }) => {
        const space = this.buffers.spaces[index];
        invariant(space !== undefined, 'a column has buffers');
        const [precision, scale] = type.kind === 'decimal' ? [type.precision, type.scale] : [0, 0];
        return { ...space, kind: scanKind(type), precision, scale };
      }),
    };
    return kernel !== 'twin' && simdAvailable(target.columns.length)
      ? new SimdScanner(this.arena, target)
      : new TwinScanner(this.arena, target);
  }
}

function quoted(name: Uint8Array): Uint8Array {
  const key = new Uint8Array(name.length + 3);
  key[0] = 0x22;
  key.set(name, 1);
  key[name.length + 1] = 0x22;
  key[name.length + 2] = 0x3a;
  return key;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const c = bytes[i];
    if (c !== 0x20 && c !== 0x09 && c !== CARRIAGE_RETURN) return false;
  }
  return true;
}
