/**
 * DEBEZIUM JSON: each record is the change of one row of a table, `{"before": …, "after": …, "op": …}`, bare or as the
 * `payload` beside a `schema`. `op` c (created) and r (read by the snapshot) add the row `after`; d takes `before`
 * back; u takes `before` back and adds `after`. A record `null`, or with the payload null, is the tombstone behind a
 * deletion and nothing at all.
 *
 * A row is taken back by its whole content, so that no state is needed here: `before` must be there in full.
 */
import type { OptionValues, SourceColumn } from '../../plan/plan.js';
import { formats } from '../../plan/formats/index.js';
import type { SqlType } from '../../plan/types.js';
import { RecordError } from '../../plan/values.js';
import { MICROSECONDS, MILLISECONDS, type TimeUnit } from './cells.js';
import { ExactJson, SPAN_NESTED, SPAN_NONE, SPAN_NULL, SPAN_NUMBER, SPAN_STRING } from './exact-json.js';
import { ROWS_PER_COLUMN_BATCH_MAX } from './format.js';
import { writeJsonCell } from './json-cells.js';
import { LINE_FEED, newlineFraming } from './newline-framing.js';
import { RecordDecoder } from './record-decoder.js';

const MEMBERS = ['op', 'before', 'after', 'payload'] as const;
const OP = 0;
const BEFORE = 1;
const AFTER = 2;
const PAYLOAD = 3;
const NULL_TEXT = [0x6e, 0x75, 0x6c, 0x6c] as const;
/** A change takes a row back and adds one. */
const ROWS_PER_RECORD_MAX = 2;

export class DebeziumDecoder extends RecordDecoder {
  readonly framing = newlineFraming;
  readonly #envelope = new ExactJson(MEMBERS);
  readonly #payload = new ExactJson(MEMBERS);
  readonly #image: ExactJson;
  readonly #members: readonly { readonly index: number; readonly type: SqlType }[];
  readonly #weights = new Int32Array(ROWS_PER_COLUMN_BATCH_MAX);
  readonly #unit: TimeUnit;

  constructor(columns: readonly SourceColumn[], options: OptionValues) {
    super(columns);
    const members = columns.flatMap((column, index) =>
      column.from === 'record' ? [{ index, type: column.field.type, name: column.name }] : [],
    );
    this.#members = members;
    this.#image = new ExactJson(members.map((member) => member.name));
    const unit = options['time_unit'] ?? formats['debezium json'].options.time_unit.fallback;
    this.#unit = unit === 'microseconds' ? MICROSECONDS : MILLISECONDS;
    this.buffers.weights = this.#weights;
  }

  protected override decodePiece(start: number, end: number): void {
    for (let at = start; at < end;) {
      const found = this.arena.bytes.indexOf(LINE_FEED, at);
      const lineEnd = found < 0 || found >= end ? end : found;
      this.decodeRecord(at, lineEnd);
      at = lineEnd + 1;
    }
  }

  protected override decodeRecord(start: number, end: number): void {
    const [from, to] = this.#trimmed(start, end);
    if (from === to || this.#isNull(from, to)) this.skipRecord();
    else this.recordOfRows(from, to, ROWS_PER_RECORD_MAX, this.#fill);
  }

  readonly #fill = (row: number, start: number, end: number): number => {
    const envelope = this.#envelopeOf(start, end);
    if (envelope === null) return 0;
    switch (this.#operation(envelope)) {
      case 'c':
      case 'r':
        this.#row(envelope, AFTER, row, 1);
        return 1;
      case 'u':
        this.#row(envelope, BEFORE, row, -1);
        this.#row(envelope, AFTER, row + 1, 1);
        return 2;
      case 'd':
        this.#row(envelope, BEFORE, row, -1);
        return 1;
    }
  };

  /** The members of the change, wherever it stands; null for a tombstone. */
  #envelopeOf(start: number, end: number): ExactJson | null {
    const outer = this.#envelope;
    outer.parse(this.arena.bytes, start, end);
    if (outer.kinds[OP] !== SPAN_NONE || outer.kinds[PAYLOAD] === SPAN_NONE) return outer;
    if (outer.kinds[PAYLOAD] === SPAN_NULL) return null;
    if (outer.kinds[PAYLOAD] !== SPAN_NESTED) throw malformed('an object in `payload`', 'another value');
    this.#payload.parse(this.arena.bytes, outer.starts[PAYLOAD] ?? 0, outer.ends[PAYLOAD] ?? 0);
    return this.#payload;
  }

  #operation(envelope: ExactJson): 'c' | 'r' | 'u' | 'd' {
    const start = envelope.starts[OP] ?? 0;
    const isLetter = envelope.kinds[OP] === SPAN_STRING && envelope.ends[OP] === start + 1;
    if (!isLetter) throw malformed("one letter in `op`: 'c', 'r', 'u' or 'd'", 'none');
    const letter = String.fromCharCode(this.arena.bytes[start] ?? 0);
    if (letter === 'c' || letter === 'r' || letter === 'u' || letter === 'd') return letter;
    const truncated = letter === 't' ? ', which empties the table without saying which rows go' : '';
    const shown = letter >= ' ' && letter <= '~' ? `'${letter}'` : 'another byte';
    throw malformed("'c', 'r', 'u' or 'd' in `op`", `${shown}${truncated}`);
  }

  /** Writes the row in `before` or `after`. */
  #row(envelope: ExactJson, side: typeof BEFORE | typeof AFTER, row: number, weight: number): void {
    const kind = envelope.kinds[side];
    if (kind === SPAN_NONE || kind === SPAN_NULL) {
      const why = side === BEFORE ? ': the database has to log whole rows (REPLICA IDENTITY FULL)' : '';
      throw new RecordError('missing_value', `expected the row in \`${MEMBERS[side]}\`, found none${why}`);
    }
    if (kind !== SPAN_NESTED) throw malformed(`an object in \`${MEMBERS[side]}\``, 'another value');
    const image = this.#image;
    image.parse(this.arena.bytes, envelope.starts[side] ?? 0, envelope.ends[side] ?? 0);
    for (let member = 0; member < this.#members.length; member++) this.#cell(member, row);
    this.#weights[row] = weight;
  }

  /**
   * As in FORMAT JSON; besides a DECIMAL may be a string of digits, a DATE the number of days and a time a number of
   * the format's unit: that is how Debezium spells them.
   */
  #cell(member: number, row: number): void {
    const column = this.#members[member];
    if (column === undefined) return;
    const { index, type } = column;
    const image = this.#image;
    const kind = image.kinds[member] ?? SPAN_NONE;
    const start = image.starts[member] ?? 0;
    const end = image.ends[member] ?? 0;
    if (kind === SPAN_STRING && type.kind === 'decimal') {
      this.cells.number(index, row, type, start, end);
    } else if (kind === SPAN_NUMBER && type.kind === 'date') {
      this.cells.epochDays(index, row, type, start, end);
    } else if (kind === SPAN_NUMBER && isTime(type)) {
      this.cells.microseconds(index, row, type, start, end, this.#unit);
    } else {
      writeJsonCell(image, member, this.cells, this.arena, this.buffers, column, row);
    }
  }

  #trimmed(start: number, end: number): readonly [number, number] {
    const { bytes } = this.arena;
    let from = start;
    let to = end;
    while (from < to && isBlank(bytes[from])) from++;
    while (to > from && isBlank(bytes[to - 1])) to--;
    return [from, to];
  }

  #isNull(start: number, end: number): boolean {
    const { bytes } = this.arena;
    return end - start === NULL_TEXT.length && NULL_TEXT.every((byte, index) => bytes[start + index] === byte);
  }
}

function isTime(type: SqlType): boolean {
  return type.kind === 'time' || type.kind === 'timestamp' || type.kind === 'timestamptz';
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === LINE_FEED;
}

function malformed(expected: string, found: string): RecordError {
  return new RecordError('malformed_record', `expected ${expected}, found ${found}`);
}
