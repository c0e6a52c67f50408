/** The rows of a micro-batch as one JSON text with a digest: `[position, +1 or -1, value, …]` each. */
import { createHash, type Hash } from 'node:crypto';
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { Value } from '../../../plan/values.js';
import type { ColumnBatch } from '../../columns/batch.js';
import { readValue } from '../../columns/read.js';
import type { SinkShape } from '../connector.js';
import { connectorError } from '../messages.js';
import { forEachRow } from '../rows.js';

/** Of the JSON text of one micro-batch: it travels and is applied as a whole. */
const ROWS_LENGTH_MAX = 64 * 1024 * 1024;
const HASH_LENGTH = 64 * 1024;

/** JSON text, or a sentence part that says what is wrong with the value. */
export type EncodedValue = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

export const fine = (text: string): EncodedValue => ({ ok: true, text });
export const wrong = (why: string): EncodedValue => ({ ok: false, why });

/** Encodes a value of the column at `index` of the shape's schema. */
export type ValueEncoder = (value: Value, index: number) => EncodedValue;

export class RowTexts {
  readonly #shape: SinkShape;
  #hash: Hash = createHash('sha256');
  /** JSON texts of rows. */
  #parts: string[] = [];
  #pending: string[] = [];
  #pendingLength = 0;
  #rowCount = 0;
  #length = 0;

  constructor(shape: SinkShape) {
    this.#shape = shape;
  }

  clear(): void {
    this.#hash = createHash('sha256');
    this.#parts = [];
    this.#pending = [];
    this.#pendingLength = 0;
    this.#rowCount = 0;
    this.#length = 0;
  }

  /** Characters. */
  get length(): number {
    return this.#length;
  }

  /** Throws ESQL8666 and ESQL8667. */
  add(rows: ColumnBatch, encode: ValueEncoder, place: string): void {
    const { schema, key } = this.#shape;
    forEachRow(rows, (row, weight) => {
      invariant(weight === 1 || key.length > 0, 'a sink without a key takes appended rows only');
      let line = `[${this.#rowCount},${weight > 0 ? 1 : -1}`;
      schema.forEach((field, index) => {
        const column = rows.columns[index];
        invariant(column !== undefined, 'a column per field');
        const encoded = encode(readValue(column, row, field.type), index);
        if (!encoded.ok) {
          throw connectorError(
            'ESQL8667',
            { column: field.name, why: encoded.why },
            { place, hint: 'Change the value in the query, or the column.' },
          );
        }
        line += `,${encoded.text}`;
      });
      this.#push(`${line}]`, place);
    });
  }

  /** SHA-256 (hex) of the rows so far. */
  digest(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }

  /** A JSON array of the rows so far. */
  text(): string {
    this.#flush();
    return `[${this.#parts.join(',')}]`;
  }

  #push(line: string, place: string): void {
    this.#rowCount += 1;
    this.#length += line.length;
    if (this.#length > ROWS_LENGTH_MAX) {
      throw connectorError(
        'ESQL8666',
        { limit: `${ROWS_LENGTH_MAX / 1024 / 1024} MB` },
        { place, hint: 'Let batches be smaller: `BATCH 100ms` for example, behind `WITH CHECKPOINT …`.' },
      );
    }
    this.#pending.push(line);
    this.#pendingLength += line.length;
    if (this.#pendingLength > HASH_LENGTH) this.#flush();
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const part = this.#pending.join(',');
    this.#hash.update(part);
    // Where parts are cut depends on lengths only, so that the same rows give the same digest.
    this.#parts.push(part);
    this.#pending = [];
    this.#pendingLength = 0;
  }
}
