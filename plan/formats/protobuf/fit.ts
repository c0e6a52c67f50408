/** Which fields become which columns: the rules that the compiler checks and the decoder goes by. */
import { typeToText, type Field, type SqlType } from '../../types.js';
import { DURATION_MESSAGE, isWrapper, TIMESTAMP_MESSAGE } from './known-types.js';
import { messageNamed, protoTypeToText, type ProtoField, type ProtoMessage, type ProtoSchema } from './model.js';

/** Whether values of a field can become values of a column. JSON takes everything. */
export function protoFits(field: ProtoField, type: SqlType): boolean {
  if (type.kind === 'json') return true;
  if (field.repeated) return false;
  switch (field.type.kind) {
    case 'enum':
      return type.kind === 'varchar';
    case 'message': {
      const { fullName, fields } = field.type.message;
      if (fullName === TIMESTAMP_MESSAGE) return type.kind === 'timestamp' || type.kind === 'timestamptz';
      if (fullName === DURATION_MESSAGE) return type.kind === 'interval' && type.unit === 'microsecond';
      const [value] = fields;
      return isWrapper(fullName) && value !== undefined && protoFits(value, type);
    }
    case 'scalar':
      break;
  }
  switch (field.type.scalar) {
    case 'int32':
    case 'sint32':
    case 'sfixed32':
      return type.kind === 'int' || type.kind === 'bigint';
    case 'uint32':
    case 'fixed32':
    case 'int64':
    case 'sint64':
    case 'sfixed64':
    case 'uint64':
    case 'fixed64':
      return type.kind === 'bigint';
    case 'float':
    case 'double':
      return type.kind === 'double';
    case 'bool':
      return type.kind === 'boolean';
    case 'bytes':
      return type.kind === 'varbinary';
    case 'string':
      return TEXT_TYPES.has(type.kind);
  }
}

/** Besides text itself what JSON spells as a string, too, and decimals, which Protobuf has no type for. */
const TEXT_TYPES: ReadonlySet<SqlType['kind']> = new Set<SqlType['kind']>([
  'varchar',
  'decimal',
  'date',
  'time',
  'timestamp',
  'timestamptz',
]);

/** The first problem between a message and columns (name in the record, field), for people; null if they fit. */
export function protoMismatch(
  message: ProtoMessage,
  columns: readonly { readonly name: string; readonly field: Field }[],
): string | null {
  for (const { name, field } of columns) {
    const found = message.fields.find((each) => each.name === name);
    if (found === undefined) return `message ${message.fullName} has no field \`${name}\``;
    if (!protoFits(found, field.type)) {
      const kind = found.map ? 'map' : (found.repeated ? 'repeated ' : '') + protoTypeToText(found.type);
      return `column \`${name}\`: expected what fits ${typeToText(field.type)}, found ${kind} in the schema`;
    }
  }
  return null;
}

export type ChosenMessage =
  { readonly ok: true; readonly message: ProtoMessage } | { readonly ok: false; readonly why: string };

/** The message of the name, or the only one of the schema. */
export function chooseMessage(schema: ProtoSchema, name: string | null): ChosenMessage {
  const names = schema.messages.map(({ fullName }) => fullName);
  const listed = `its messages: ${names.slice(0, 20).join(', ')}`;
  if (name !== null) {
    const message = messageNamed(schema, name);
    return message === undefined
      ? { ok: false, why: `the schema has no message \`${name}\`; ${listed}` }
      : { ok: true, message };
  }
  const [first, second] = schema.messages;
  if (first === undefined) return { ok: false, why: 'the schema has no message' };
  return second === undefined
    ? { ok: true, message: first }
    : { ok: false, why: `\`message\` has to say which one; ${listed}` };
}
