/**
 * FORMAT PROTOBUF: what its options need besides being of their types, and whether a schema that is written out fits.
 */
import type { FormatClause } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import type { ConnectorRole } from '../../plan/connectors/descriptor.js';
import { isProtoFullName } from '../../plan/formats/protobuf/derived.js';
import { chooseMessage, protoMismatch, type ChosenMessage } from '../../plan/formats/protobuf/fit.js';
import { parseProtoSchema } from '../../plan/formats/protobuf/schema.js';
import type { FormatSpec, SourceColumn } from '../../plan/plan.js';
import { checkSchemaOrRegistry, formatRefusal } from './format-refusal.js';

/** False after a report. */
export function checkProtobufOptions(
  clause: FormatClause,
  format: FormatSpec,
  role: ConnectorRole,
  sink: DiagnosticSink,
): boolean {
  if (format.name !== 'protobuf') return true;
  const { schema, message } = format.options;
  const refuse = formatRefusal(clause, sink);
  if (typeof message === 'string' && !isProtoFullName(message)) {
    const problem = 'expected a name of letters, digits and `_`, with points between them';
    return refuse(problem, "Write such as message = 'shop.Order'.", 'message');
  }
  if (role !== 'source') return true;
  const example = "Add schema = '…' (the text of a .proto file) or registry = 'https://…'.";
  if (!checkSchemaOrRegistry(format, refuse, { format: 'Protobuf', example })) return false;
  if (schema === undefined) return true;
  // A plan is reviewed with what it reads.
  if (typeof schema !== 'string' || (message !== undefined && typeof message !== 'string')) {
    const option = typeof schema === 'string' ? 'message' : 'schema';
    return refuse(`\`${option}\` beside a schema stands in the query itself`, 'Write it out.', option);
  }
  const chosen = chosenMessage(format);
  if (chosen === null || chosen.ok) return true;
  const isOfMessage = message !== undefined && parseProtoSchema(schema).ok;
  return refuse(`the schema can't be used: ${chosen.why}`, 'Correct it.', isOfMessage ? 'message' : 'schema');
}

/** False after a report: a schema that is written out does not have the columns. */
export function checkProtobufColumns(
  clause: FormatClause | undefined,
  format: FormatSpec | null,
  columns: readonly SourceColumn[],
  sink: DiagnosticSink,
): boolean {
  if (clause === undefined || format?.name !== 'protobuf') return true;
  const chosen = chosenMessage(format);
  if (chosen?.ok !== true) return true;
  const wanted = columns.filter(({ from }) => from === 'record');
  const problem = protoMismatch(chosen.message, wanted);
  if (problem === null) return true;
  const facts = [
    `Fields: ${chosen.message.fields
      .map(({ name }) => name)
      .slice(0, 50)
      .join(', ')}.`,
  ];
  const hint = 'Declare the column with the name and a type that fit, and CAST it in the query.';
  return formatRefusal(clause, sink)(problem, hint, 'schema', facts);
}

/** Null without a schema that is written out. */
function chosenMessage({ options }: FormatSpec): ChosenMessage | null {
  const { schema, message } = options;
  if (typeof schema !== 'string') return null;
  const parsed = parseProtoSchema(schema);
  return parsed.ok ? chooseMessage(parsed.schema, typeof message === 'string' ? message : null) : parsed;
}
