/** FORMAT AVRO: what its options need besides being of their types, and whether a schema that is written out fits. */
import type { FormatClause } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import type { ConnectorRole } from '../../plan/connectors/descriptor.js';
import { avroMismatch, isAvroFullName, type AvroMismatch } from '../../plan/formats/avro/fit.js';
import { parseAvroSchema } from '../../plan/formats/avro/schema.js';
import { formats } from '../../plan/formats/index.js';
import { registryOptions } from '../../plan/formats/registry-options.js';
import type { FormatSpec, SourceColumn } from '../../plan/plan.js';
import { checkSchemaOrRegistry, formatRefusal, type RefuseFormat } from './format-refusal.js';

/** False after a report. `hasFiles`: the connector's. */
export function checkAvroOptions(
  clause: FormatClause,
  format: FormatSpec,
  hasFiles: boolean,
  role: ConnectorRole,
  sink: DiagnosticSink,
): boolean {
  if (format.name !== 'avro') return true;
  const given = (name: string): boolean => Object.hasOwn(format.options, name);
  const refuse = formatRefusal(clause, sink);
  const misplaced = (hasFiles ? OF_MESSAGES : OF_FILES).find(given);
  if (misplaced !== undefined) {
    const kind = hasFiles ? 'messages, and the connector has files' : 'files, and the connector has messages';
    return refuse(`\`${misplaced}\` is for ${kind}`, `Remove ${misplaced}.`, misplaced);
  }
  const name = format.options['record_name'];
  if (typeof name === 'string' && !isAvroFullName(name)) {
    const rule = 'letters, digits and `_`, not beginning with a digit, with points between them';
    return refuse(`expected a name of ${rule}`, "Write such as record_name = 'shop.Order'.", 'record_name');
  }
  if (role !== 'source' || hasFiles) return true;
  const example = "Add schema = '{…}' or registry = 'https://…' to the format.";
  if (!checkSchemaOrRegistry(format, refuse, { format: 'Avro', example })) return false;
  const { schema } = format.options;
  if (schema === undefined) return true;
  const parsed = typeof schema === 'string' ? parseAvroSchema(schema) : null;
  if (parsed === null || parsed.ok) return true;
  return refuse(`the Avro schema can't be used: ${parsed.why}`, 'Correct the schema.', 'schema');
}

/** Options that say what messages are, and those that say how files are made. */
const OF_MESSAGES = ['schema', ...Object.keys(registryOptions)];
const OF_FILES = ['compression'];

/** False after a report: a schema that is written out does not have the columns. */
export function checkAvroColumns(
  clause: FormatClause | undefined,
  format: FormatSpec | null,
  columns: readonly SourceColumn[],
  sink: DiagnosticSink,
): boolean {
  if (clause === undefined || format?.name !== 'avro') return true;
  const { schema, missing_columns } = format.options;
  const parsed = typeof schema === 'string' ? parseAvroSchema(schema) : null;
  if (parsed?.ok !== true) return true;
  const missingIsNull = (missing_columns ?? formats.avro.options.missing_columns.fallback) === 'null';
  const fields = columns.map(({ from, name, field }) => (from === 'record' ? { name, field } : null));
  const mismatch = avroMismatch(parsed.record, fields, missingIsNull);
  if (mismatch === undefined) return true;
  return refuseMismatch(mismatch, formatRefusal(clause, sink));
}

function refuseMismatch(mismatch: AvroMismatch, refuse: RefuseFormat): false {
  switch (mismatch.kind) {
    case 'type': {
      const { column, expected, found } = mismatch;
      const problem = `column \`${column}\`: expected what fits ${expected}, found ${found} in the schema`;
      return refuse(problem, 'Declare the column with a type that fits, and CAST it in the query.', 'schema');
    }
    case 'missing': {
      const hint = "Correct the name, or make the column nullable and set missing_columns = 'null'.";
      const facts = [`Fields of the schema: ${mismatch.fields.slice(0, 50).join(', ')}.`];
      return refuse(`the schema has no field \`${mismatch.column}\``, hint, 'schema', facts);
    }
  }
}
