/**
 * Decoders and encoders as a job opens them: with their options looked up, a registry asked, and only what is used
 * loaded.
 */
import { formats } from '../../plan/formats/index.js';
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import { resolveOptions, type ResolvedOptions } from '../../plan/connectors/options.js';
import { avroSchemaOf } from '../../plan/formats/avro/fit.js';
import { DERIVED_MESSAGE, protoTextOf } from '../../plan/formats/protobuf/derived.js';
import type { OptionValues, SourceOperator } from '../../plan/plan.js';
import type { Schema } from '../../plan/types.js';
import type { Env } from '../env.js';
import { createDecoder, type DecoderOptions } from './decoder.js';
import { createEncoder, type EncodeFormat, type RowEncoder } from './encode.js';
import type { Decoder } from './format.js';
import { connectRegistry } from './registry/connect.js';
import type { SchemaToWrite } from './registry/registry.js';
import { schemaIdOf, type RegisteredSchemas } from './registry/sink-schema.js';

export interface OpenContext {
  readonly env: Env;
  /** Relative paths are resolved against it. Absolute. */
  readonly workingDirectory: string;
  /** The options, or a diagnostic thrown. */
  readonly resolved: <T>(found: ResolvedOptions<T>) => T;
}

/** Rejects with a diagnostic for options that don't hold any more. */
export async function openDecoder(
  source: Pick<SourceOperator, 'columns' | 'unused' | 'format'>,
  options: DecoderOptions,
  context: OpenContext,
): Promise<Decoder> {
  const { format } = source;
  if (format?.name === 'protobuf') return openProtobuf(source, format.options, context);
  if (format?.name === 'avro' && Object.hasOwn(format.options, 'registry')) {
    return openRegisteredAvro(source, format.options, context);
  }
  return createDecoder(source, options);
}

async function openRegisteredAvro(
  { columns }: Pick<SourceOperator, 'columns'>,
  options: OptionValues,
  context: OpenContext,
): Promise<Decoder> {
  const { env } = context;
  const given = context.resolved(await resolveOptions(formats.avro, 'source', options, env.references));
  const registry = await connectRegistry(given, context);
  invariant(registry !== null, 'the option is there');
  const { RegisteredAvroDecoder } = await import('./avro/registered.js');
  return new RegisteredAvroDecoder(columns, given.missing_columns === 'null', registry, env.clock);
}

async function openProtobuf(
  { columns }: Pick<SourceOperator, 'columns'>,
  options: OptionValues,
  context: OpenContext,
): Promise<Decoder> {
  const { env } = context;
  const given = context.resolved(await resolveOptions(formats.protobuf, 'source', options, env.references));
  const { message, schema: text } = given;
  const registry = await connectRegistry(given, context);
  const { ProtobufDecoder } = await import('./protobuf/decoder.js');
  if (registry !== null) {
    return new ProtobufDecoder(columns, { message, schema: { kind: 'registry', registry, clock: env.clock } });
  }
  invariant(text !== null, 'a schema or a registry');
  return new ProtobufDecoder(columns, { message, schema: { kind: 'text', text } });
}

/** `subject`: the name for a registry, where the format does not say another. Rejects with a diagnostic. */
export async function openEncoder(format: EncodeFormat, schema: Schema, subject: string): Promise<RowEncoder> {
  switch (format.name) {
    case 'avro': {
      const { createAvroEncoder } = await import('./avro/encode.js');
      const text = avroSchemaOf(schema, format.options.record_name);
      return createAvroEncoder(schema, await idOf(format.registered, subject, { type: 'AVRO', text }));
    }
    case 'protobuf': {
      const { createProtobufEncoder } = await import('./protobuf/encode.js');
      const text = protoTextOf(schema, format.options.message ?? DERIVED_MESSAGE);
      return createProtobufEncoder(schema, await idOf(format.registered, subject, { type: 'PROTOBUF', text }));
    }
    case 'json':
    case 'csv':
    case 'raw':
    case 'parquet':
      return createEncoder(format, schema);
  }
}

/** Null without a registry. */
async function idOf(
  registered: RegisteredSchemas | undefined,
  subject: string,
  schema: SchemaToWrite,
): Promise<number | null> {
  return registered === undefined ? null : schemaIdOf(registered, subject, schema);
}
