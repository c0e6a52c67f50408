/** The schema that a sink makes from its columns: proto3, a field per column in their order. */
import type { Schema, SqlType } from '../../types.js';

export const DERIVED_MESSAGE = 'Row';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/u;
const FULL_NAME = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/u;

/** Whether a column can be a field. */
export function isProtoName(name: string): boolean {
  return NAME.test(name);
}

/** Whether a message can have this name, with its package. */
export function isProtoFullName(name: string): boolean {
  return FULL_NAME.test(name);
}

/** The type of a column's field. What Protobuf has no type for is text, spelt as in FORMAT JSON. */
export function derivedType(type: SqlType): string {
  switch (type.kind) {
    case 'boolean':
      return 'bool';
    case 'int':
      return 'int32';
    case 'bigint':
      return 'int64';
    case 'double':
      return 'double';
    case 'varbinary':
      return 'bytes';
    case 'timestamp':
    case 'timestamptz':
      return 'google.protobuf.Timestamp';
    case 'interval':
      return type.unit === 'month' ? 'int64' : 'google.protobuf.Duration';
    case 'varchar':
    case 'json':
    case 'decimal':
    case 'date':
    case 'time':
      return 'string';
  }
}

/** The text of the file. A nullable column's field is `optional`. */
export function protoTextOf(schema: Schema, fullName: string): string {
  const point = fullName.lastIndexOf('.');
  const fields = schema.map(({ name, nullable, type }) => ({ name, nullable, type: derivedType(type) }));
  const lines = ['syntax = "proto3";', ''];
  if (point > 0) lines.push(`package ${fullName.slice(0, point)};`, '');
  const imports = ['duration', 'timestamp'].filter((name) =>
    fields.some(({ type }) => type.toLowerCase() === `google.protobuf.${name}`),
  );
  for (const name of imports) lines.push(`import "google/protobuf/${name}.proto";`);
  if (imports.length > 0) lines.push('');
  lines.push(`message ${fullName.slice(point + 1)} {`);
  fields.forEach(({ name, nullable, type }, index) => {
    const label = nullable && !type.startsWith('google.') ? 'optional ' : '';
    lines.push(`  ${label}${type} ${name} = ${String(index + 1)};`);
  });
  lines.push('}', '');
  return lines.join('\n');
}
