/** The decoder of a source: its FORMAT, made for exactly the columns that the query needs. */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import type { SourceOperator } from '../../plan/plan.js';
import { createAvroDecoder } from './avro/decoder.js';
import { CsvDecoder } from './csv.js';
import { DebeziumDecoder } from './debezium-json.js';
import type { Decoder } from './format.js';
import { JsonLinesDecoder, type Kernel } from './json-lines.js';
import { RawDecoder } from './raw.js';

export type { Kernel } from './json-lines.js';

export interface DecoderOptions {
  /** Which JSON scanner; results never depend on it. `auto` takes SIMD where the engine has it. */
  readonly kernel: Kernel;
}

/**
 * Makes the decoder. Throws InternalError for a source without format, with metadata that no decoder gives, or with
 * format options that plan validation should have refused.
 */
export function createDecoder(
  source: Pick<SourceOperator, 'columns' | 'unused' | 'format'>,
  options: DecoderOptions = { kernel: 'auto' },
): Decoder {
  const { columns, format } = source;
  invariant(format !== null, 'a source of bytes has a format');
  const members = columns.filter((column) => column.from === 'record').map((column) => column.name);
  invariant(new Set(members).size === members.length, 'a member of a record fills one column');
  switch (format.name) {
    case 'json':
      return new JsonLinesDecoder(columns, options.kernel);
    case 'csv':
      return new CsvDecoder(columns, source.unused, format.options);
    case 'raw':
      return new RawDecoder(columns);
    case 'debezium json':
      return new DebeziumDecoder(columns, format.options);
    case 'avro':
      return createAvroDecoder(columns, format.options);
    case 'protobuf':
      throw new InternalError('a format with a registry is opened (open.ts)');
    case 'parquet':
      throw new InternalError('a format of whole files has no decoder of records');
  }
}
