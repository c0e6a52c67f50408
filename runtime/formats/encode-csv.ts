/**
 * CSV as RFC 4180 has it, but with a plain line feed. A field is quoted where it holds the delimiter, a quote or a line
 * break, where it begins or ends with a blank, and where its text is the one that stands for NULL, so that NULL and
 * empty text differ.
 */
import type { FormatOptionsOf } from '../../plan/formats/index.js';
import type { Schema } from '../../plan/types.js';
import { EncodeBuffer } from './encode-buffer.js';
import { VALUE_WRITERS } from './encode-values.js';
import type { RowEncoder } from './encode.js';

const LINE_BREAK = 10;
const CARRIAGE_RETURN = 13;
const BLANK = 32;

export type CsvEncodeOptions = Pick<FormatOptionsOf<'csv', 'sink'>, 'header' | 'delimiter' | 'quote' | 'null'>;

export function createCsvEncoder(schema: Schema, options: CsvEncodeOptions): RowEncoder {
  const spelling: Spelling = {
    delimiter: Buffer.from(options.delimiter, 'utf8'),
    quote: Buffer.from(options.quote, 'utf8'),
    nullText: Buffer.from(options.null, 'utf8'),
  };
  const writers = schema.map((field) => VALUE_WRITERS[field.type.kind]);
  const types = schema.map((field) => field.type);
  const field = new EncodeBuffer();
  return {
    extension: 'csv',
    header: options.header ? headerLine(schema, spelling) : new Uint8Array(0),
    terminator_bytes: 1,
    encode(batch, row, out) {
      for (let i = 0; i < types.length; i++) {
        const column = batch.columns[i]!;
        if (i > 0) out.append(spelling.delimiter);
        if (column.valid !== null && column.valid[row] === 0) {
          out.append(spelling.nullText);
          continue;
        }
        field.reset();
        writers[i]!(field, column, row, types[i]!);
        writeField(out, field.bytes, field.length, spelling);
      }
      out.byte(LINE_BREAK);
    },
  };
}

interface Spelling {
  readonly delimiter: Buffer;
  readonly quote: Buffer;
  readonly nullText: Buffer;
}

function headerLine(schema: Schema, spelling: Spelling): Uint8Array {
  const out = new EncodeBuffer();
  schema.forEach((field, i) => {
    if (i > 0) out.append(spelling.delimiter);
    const name = Buffer.from(field.name, 'utf8');
    writeField(out, name, name.length, spelling);
  });
  out.byte(LINE_BREAK);
  return out.take();
}

function writeField(out: EncodeBuffer, bytes: Buffer, length: number, spelling: Spelling): void {
  if (!needsQuotes(bytes, length, spelling)) {
    out.append(bytes, 0, length);
    return;
  }
  const { quote } = spelling;
  out.append(quote);
  for (let i = 0; i < length;) {
    if (startsWith(bytes, i, length, quote)) {
      out.append(quote);
      out.append(quote);
      i += quote.length;
    } else {
      out.byte(bytes[i]!);
      i += 1;
    }
  }
  out.append(quote);
}

function needsQuotes(bytes: Buffer, length: number, { delimiter, quote, nullText }: Spelling): boolean {
  if (length === nullText.length && startsWith(bytes, 0, length, nullText)) return true;
  if (length === 0) return false;
  if (bytes[0] === BLANK || bytes[length - 1] === BLANK) return true;
  for (let i = 0; i < length; i++) {
    const value = bytes[i]!;
    if (value === LINE_BREAK || value === CARRIAGE_RETURN) return true;
    if (value === delimiter[0] && startsWith(bytes, i, length, delimiter)) return true;
    if (value === quote[0] && startsWith(bytes, i, length, quote)) return true;
  }
  return false;
}

function startsWith(bytes: Buffer, start: number, end: number, word: Buffer): boolean {
  if (start + word.length > end) return false;
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word[i]) return false;
  return true;
}
