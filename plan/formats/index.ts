/** Formats: how bytes are rows. The runtime's tables of decoders and encoders are typed over this one. */
import type { ConnectorRole, OptionRules, OptionSpecs } from '../connectors/descriptor.js';
import type { OptionsOfSpecs } from '../connectors/option-types.js';
import { protobuf } from './protobuf/descriptor.js';
import { registryOptions, registryRules } from './registry-options.js';

export interface FormatDescriptor {
  readonly name: string;
  readonly doc: string;
  readonly roles: readonly ConnectorRole[];
  readonly options: OptionSpecs;
  readonly rules?: OptionRules;
  /**
   * `record`: bytes hold records one after the other, wherever they come from. `file`: only a whole file makes sense,
   * so that the format needs a connector of files. `message`: nothing in the bytes tells records apart, so that the
   * format needs a connector of messages. `file_or_message`: either, each in its own way.
   */
  readonly unit: 'record' | 'file' | 'message' | 'file_or_message';
  /** `any` number of columns of any type, or exactly one VARCHAR or VARBINARY column. */
  readonly columns: 'any' | 'one_text_or_bytes';
  /** Records are changes of rows: rows are taken back, too. */
  readonly changes?: true;
  /** The clause as it is written. */
  readonly example: string;
}

const json = {
  name: 'json',
  doc: 'A JSON object a line; members are columns.',
  roles: ['source', 'sink', 'table'],
  options: {},
  unit: 'record',
  columns: 'any',
  example: 'FORMAT JSON',
} as const satisfies FormatDescriptor;

const csv = {
  name: 'csv',
  doc: 'A record a line, fields between delimiters (RFC 4180); a quoted field may hold line breaks.',
  roles: ['source', 'sink', 'table'],
  options: {
    header: {
      type: { kind: 'boolean' },
      required: false,
      fallback: 'true',
      roles: ['source', 'sink', 'table'],
      doc: 'The first line of a file names the columns; without it they are taken by position.',
    },
    delimiter: {
      type: { kind: 'character' },
      required: false,
      fallback: ',',
      roles: ['source', 'sink', 'table'],
      doc: 'The character between fields.',
    },
    quote: {
      type: { kind: 'character' },
      required: false,
      fallback: '"',
      roles: ['source', 'sink', 'table'],
      doc: 'The character around fields that hold a delimiter, a quote or a line break; doubled inside.',
    },
    null: {
      type: { kind: 'text', secret: false },
      required: false,
      fallback: '',
      roles: ['source', 'sink', 'table'],
      doc: 'The text of an unquoted field that stands for NULL.',
    },
    missing_columns: {
      type: { kind: 'choice', choices: ['error', 'null'] },
      required: false,
      fallback: 'error',
      roles: ['source', 'table'],
      doc: 'What a declared column is that the header of a file lacks: an error of its records, or NULL.',
    },
  },
  unit: 'record',
  columns: 'any',
  example: "FORMAT CSV (header = true, delimiter = ',')",
} as const satisfies FormatDescriptor;

const raw = {
  name: 'raw',
  doc: 'The record as it is, in one VARCHAR or VARBINARY column.',
  roles: ['source', 'sink', 'table'],
  options: {},
  unit: 'record',
  columns: 'one_text_or_bytes',
  example: 'FORMAT RAW',
} as const satisfies FormatDescriptor;

const parquet = {
  name: 'parquet',
  doc: 'Apache Parquet: files of columns in groups of rows; only for connectors of files.',
  roles: ['source', 'sink', 'table'],
  options: {
    missing_columns: {
      type: { kind: 'choice', choices: ['error', 'null'] },
      required: false,
      fallback: 'error',
      roles: ['source', 'table'],
      doc: 'What a declared column is that a file lacks: an error of the file, or NULL.',
    },
    compression: {
      type: { kind: 'choice', choices: ['snappy', 'none'] },
      required: false,
      fallback: 'snappy',
      roles: ['sink'],
      doc: 'How pages are compressed.',
    },
    row_group_rows: {
      type: { kind: 'integer', min: 1n, max: 10_000_000n },
      required: false,
      fallback: '122880',
      roles: ['sink'],
      doc: 'A group of rows holds at most so many.',
    },
  },
  unit: 'file',
  columns: 'any',
  example: "FORMAT PARQUET (compression = 'snappy')",
} as const satisfies FormatDescriptor;

const avro = {
  name: 'avro',
  doc: 'Apache Avro: object container files, or one datum a message, with a schema written out or kept by a registry.',
  roles: ['source', 'sink'],
  options: {
    schema: {
      type: { kind: 'text', secret: false },
      required: false,
      fallback: null,
      roles: ['source'],
      doc: 'The schema of messages, as its JSON; files have their own.',
    },
    missing_columns: {
      type: { kind: 'choice', choices: ['error', 'null'] },
      required: false,
      fallback: 'error',
      roles: ['source'],
      doc: 'What a declared column is that a schema lacks: an error, or NULL.',
    },
    record_name: {
      type: { kind: 'text', secret: false },
      required: false,
      fallback: 'row',
      roles: ['sink'],
      doc: 'The name of the record in the schema that is written, with or without namespace.',
    },
    compression: {
      type: { kind: 'choice', choices: ['snappy', 'none'] },
      required: false,
      fallback: 'snappy',
      roles: ['sink'],
      doc: 'How blocks of files are compressed.',
    },
    ...registryOptions,
  },
  rules: registryRules,
  unit: 'file_or_message',
  columns: 'any',
  example: "FORMAT AVRO (record_name = 'shop.Order')",
} as const satisfies FormatDescriptor;

const debeziumJson = {
  name: 'debezium json',
  doc: 'Changes of a table as Debezium writes them in JSON: rows come, change and go.',
  roles: ['source'],
  options: {
    time_unit: {
      type: { kind: 'choice', choices: ['milliseconds', 'microseconds'] },
      required: false,
      fallback: 'milliseconds',
      roles: ['source'],
      doc: 'What whole numbers count in TIME and TIMESTAMP columns; it follows from time.precision.mode.',
    },
  },
  unit: 'record',
  columns: 'any',
  changes: true,
  example: 'FORMAT DEBEZIUM JSON',
} as const satisfies FormatDescriptor;

export const formats = {
  json,
  csv,
  raw,
  parquet,
  avro,
  protobuf,
  'debezium json': debeziumJson,
} as const satisfies Record<string, FormatDescriptor>;

export type FormatName = keyof typeof formats;

/** Decoded options of a format, as `resolveOptions` returns them. */
export type FormatOptionsOf<N extends FormatName, R extends ConnectorRole = ConnectorRole> = OptionsOfSpecs<
  (typeof formats)[N]['options'],
  R
>;

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(formats, name);
}

/** The descriptor of a format, or undefined for a name that is none. */
export function formatNamed(name: string): FormatDescriptor | undefined {
  return isFormatName(name) ? formats[name] : undefined;
}

/** Whether the format's records are changes of rows; `name` is null for a source of typed rows. */
export function givesChanges(name: string | null): boolean {
  return name !== null && formatNamed(name)?.changes === true;
}

/** Whether the format needs whole files. */
export function needsFiles(name: string): boolean {
  return formatNamed(name)?.unit === 'file';
}

/** Whether the format needs a connector that tells records apart, unless it has files and the format takes them. */
export function needsMessages(name: string, hasFiles: boolean): boolean {
  const unit = formatNamed(name)?.unit;
  return unit === 'message' || (unit === 'file_or_message' && !hasFiles);
}
