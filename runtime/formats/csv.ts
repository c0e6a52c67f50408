/**
 * CSV (csv-record.ts): columns by the names of a header, or by position. Values are spelt as in JSON, without quotes;
 * beyond that:
 *
 * - A field that reads as the NULL text (empty, by default) and isn't quoted is NULL: `,,` is NULL and `,"",` the empty
 * string.
 * - BOOLEAN is true/false, t/f, yes/no, y/n, on/off or 1/0 in any case; DOUBLE may be NaN or ±Infinity, as in
 * PostgreSQL.
 * - Blanks around values other than VARCHAR do not count.
 * - A record with another number of fields is malformed. Empty lines are skipped.
 * - With a header, records of a file whose header lacks a column are malformed, or the column is NULL with
 *   `missing_columns = 'null'` (`missing_value` if NOT NULL); of equal names the first counts.
 */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import type { OptionValues, SourceColumn } from '../../plan/plan.js';
import type { SqlType } from '../../plan/types.js';
import { RecordError } from '../../plan/values.js';
import { csvOptions, type CsvOptions } from './csv-options.js';
import { csvFraming, CsvRecord, FIELD_DOUBLED, FIELD_PLAIN, undoubleQuotes } from './csv-record.js';
import { ExactJson } from './exact-json.js';
import type { Framing } from './format.js';
import { RecordDecoder } from './record-decoder.js';

interface CsvColumn {
  readonly index: number;
  readonly type: SqlType;
  readonly name: string;
  /** Index of its field; -1 if the header lacks it. */
  field: number;
}

/** Of a header, in a message. */
const NAMES_SHOWN_MAX = 12;
const NAMES_LENGTH_MAX = 200;

const TRUE_TEXTS: ReadonlySet<string> = new Set(['true', 't', 'yes', 'y', 'on', '1']);
const FALSE_TEXTS: ReadonlySet<string> = new Set(['false', 'f', 'no', 'n', 'off', '0']);
const SPECIAL_DOUBLES: ReadonlyMap<string, number> = new Map([
  ['nan', NaN],
  ['infinity', Infinity],
  ['+infinity', Infinity],
  ['-infinity', -Infinity],
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
]);

export class CsvDecoder extends RecordDecoder {
  readonly framing: Framing;
  readonly #options: CsvOptions;
  readonly #columns: readonly CsvColumn[];
  readonly #record: CsvRecord;
  readonly #json = new ExactJson([]);
  /** Fields that every record has; -1 until the header is known. */
  #fieldCount: number;
  #headerError: string | null = null;

  constructor(columns: readonly SourceColumn[], unused: readonly string[], options: OptionValues) {
    super(columns);
    this.#options = csvOptions(options);
    this.framing = csvFraming(this.#options);
    this.#record = new CsvRecord(this.#options.delimiter, this.#options.quote);
    this.#columns = columns.flatMap((column, index) =>
      column.from === 'record' ? [{ index, type: column.field.type, name: column.name, field: -1 }] : [],
    );
    this.#fieldCount = this.#options.header ? -1 : this.#columns.length + unused.length;
    if (!this.#options.header) this.#placeByPosition(unused);
  }

  /** Positions count from the smallest one declared; names that are no numbers stand for the declared order. */
  #placeByPosition(unused: readonly string[]): void {
    const names = [...this.#columns.map((column) => column.name), ...unused];
    const numbered = names.every((name) => /^\d{1,6}$/u.test(name));
    invariant(numbered || unused.length === 0, 'columns of a CSV without header are given by position');
    const first = numbered ? Math.min(...names.map(Number)) : 0;
    this.#columns.forEach((column, index) => {
      column.field = numbered ? Number(column.name) - first : index;
      invariant(column.field < this.#fieldCount, `position ${column.name} of a CSV is a field`);
    });
  }

  protected override decodePiece(start: number, end: number, first: boolean): void {
    let at = start;
    if (first && this.#options.header && at < end) at = this.#readHeader(at, end);
    invariant(at >= end || this.#fieldCount >= 0, 'the header of a CSV file comes before its other records');
    const record = this.#record;
    while (at < end) {
      record.read(this.arena.bytes, this.arena.view, at, end);
      if (record.end === at) this.skipRecord();
      else this.record(at, record.end, this.#fill);
      at = record.next;
    }
  }

  protected override decodeRecord(start: number, end: number): void {
    const record = this.#record;
    record.read(this.arena.bytes, this.arena.view, start, end);
    // A line break at the end belongs to the record; anything behind it does not.
    if (record.end === start) this.skipRecord();
    else this.record(start, end, record.next < end ? this.#refuseSecond : this.#fill);
  }

  readonly #refuseSecond = (): void => {
    throw new RecordError('malformed_record', 'expected one record in a message, found a line break and more');
  };

  readonly #fill = (row: number): void => {
    if (this.#headerError !== null) throw new RecordError('malformed_record', this.#headerError);
    this.#record.check(this.#fieldCount);
    for (const column of this.#columns) this.#cell(column, row);
  };

  #readHeader(start: number, end: number): number {
    const record = this.#record;
    record.read(this.arena.bytes, this.arena.view, start, end);
    this.skipRecord();
    this.#fieldCount = record.count;
    this.#headerError = record.error === null ? null : `the header of the file: ${record.error}`;
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const names: string[] = [];
    const quote = String.fromCharCode(this.#options.quote);
    for (let i = 0; i < record.count; i++) {
      const name = decoder.decode(this.arena.bytes.subarray(record.starts[i], record.ends[i]));
      names.push(record.kinds[i] === FIELD_DOUBLED ? name.replaceAll(quote + quote, quote) : name);
    }
    for (const column of this.#columns) column.field = names.indexOf(column.name);
    this.#headerError ??= this.#missingColumns(names);
    return record.next;
  }

  /** Names that are not there are usually misspelt: to read them as NULL would hide it. */
  #missingColumns(names: readonly string[]): string | null {
    if (this.#options.missingIsNull) return null;
    const missing = this.#columns.filter((column) => column.field < 0).map(({ name }) => `\`${name}\``);
    if (missing.length === 0) return null;
    const found = names.slice(0, NAMES_SHOWN_MAX).join(', ').slice(0, NAMES_LENGTH_MAX);
    return `expected a column ${missing.slice(0, NAMES_SHOWN_MAX).join(', ')} in the header of the file, found ${found}`;
  }

  #cell(column: CsvColumn, row: number): void {
    const { index, field, type } = column;
    const record = this.#record;
    const kind = record.kinds[field] ?? FIELD_PLAIN;
    let start = record.starts[field] ?? 0;
    let end = record.ends[field] ?? 0;
    if (field < 0 || (kind === FIELD_PLAIN && this.#isNull(start, end))) {
      this.cells.null(index, row);
      return;
    }
    if (kind === FIELD_DOUBLED) {
      const address = this.arena.sideSpace(end - start);
      this.buffers.refresh();
      end = address + undoubleQuotes(this.arena.bytes, start, end, address, this.#options.quote);
      start = address;
    }
    if (type.kind === 'varchar') {
      this.cells.text(index, row, type, start, end);
      return;
    }
    while (start < end && isBlank(this.arena.bytes[start])) start++;
    while (end > start && isBlank(this.arena.bytes[end - 1])) end--;
    this.#value(index, row, type, start, end);
  }

  #value(index: number, row: number, type: SqlType, start: number, end: number): void {
    switch (type.kind) {
      case 'boolean': {
        const text = this.#shortText(start, end);
        if (!TRUE_TEXTS.has(text) && !FALSE_TEXTS.has(text)) throw this.cells.wrongType(index, type, 'another text');
        this.cells.boolean(index, row, TRUE_TEXTS.has(text));
        return;
      }
      case 'double': {
        const last = (this.arena.bytes[end - 1] ?? 0) | 0x20;
        const special = last > 0x60 ? SPECIAL_DOUBLES.get(this.#shortText(start, end)) : undefined;
        if (special === undefined) this.cells.number(index, row, type, start, end);
        else this.cells.double(index, row, special);
        return;
      }
      case 'int':
      case 'bigint':
      case 'decimal':
        this.cells.number(index, row, type, start, end);
        return;
      case 'json':
        try {
          this.#json.parseValue(this.arena.bytes, start, end);
        } catch (error) {
          throw error instanceof RecordError ? this.cells.fail(index, error.code, error.message) : error;
        }
        this.cells.text(index, row, type, start, end);
        return;
      case 'varchar':
      case 'varbinary':
      case 'date':
      case 'time':
      case 'timestamp':
      case 'timestamptz':
      case 'interval':
        this.cells.text(index, row, type, start, end);
    }
  }

  #isNull(start: number, end: number): boolean {
    const { nullText } = this.#options;
    if (end - start !== nullText.length) return false;
    return nullText.every((byte, i) => this.arena.bytes[start + i] === byte);
  }

  /** A word in lower case; longer texts are none of the words that are looked for. */
  #shortText(start: number, end: number): string {
    return end - start > 16 ? '' : String.fromCharCode(...this.arena.bytes.subarray(start, end)).toLowerCase();
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}
