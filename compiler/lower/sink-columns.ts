/** A sink with a column list of its own gets its columns in its order and types. */
import { typesEqual } from '../../plan/types.js';
import { castTo } from '../check/build.js';
import type { SinkDeclaration } from '../declare/declarations.js';
import { scopeStep } from '../scope-name.js';
import type { LogicalNode, LogicalStream } from '../logical/logical.js';

/** The stream's own node where its columns are the sink's already; a streaming rule has checked that they fit. */
export function sinkColumns(stream: LogicalStream, sink: SinkDeclaration): LogicalNode {
  const { root } = stream;
  const { fields } = sink;
  if (fields === null) return root;
  const isSame =
    fields.length === root.schema.length &&
    fields.every((field, index) => {
      const own = root.schema[index];
      return own?.name === field.name && typesEqual(own.type, field.type);
    });
  if (isSame) return root;
  const expressions = fields.flatMap((field) => {
    const index = root.schema.findIndex((own) => own.name === field.name);
    const own = root.schema[index];
    if (own === undefined) return [];
    return [castTo({ kind: 'column', index, ...own }, field.type)];
  });
  return {
    op: 'project',
    scope: scopeStep(stream.name),
    label: `columns_of_${scopeStep(sink.name)}`,
    span: sink.span,
    schema: expressions.map((expression, index) => ({
      name: fields[index]?.name ?? '',
      type: expression.type,
      nullable: expression.nullable,
    })),
    input: root,
    expressions,
    claim: null,
  };
}
