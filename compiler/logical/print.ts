/** Logical plans as text: a stream's nodes from its root down, shared ones once. */
import { expressionToText } from '../../plan/expression-text.js';
import type { AggregateCall, WindowSpec } from '../../plan/plan.js';
import { typeToText, type Schema } from '../../plan/types.js';
import { durationToText } from '../../plan/units.js';
import { mapColumns } from '../expressions/map.js';
import { aggregateInputSchema, inputsOf, type LogicalNode, type LogicalPlan } from './logical.js';
import { propertiesOf } from './properties.js';

export function logicalToText(plan: LogicalPlan): string {
  const shown = new Set<LogicalNode>();
  return plan.streams
    .map(({ name, emit, root }) => {
      const timeout =
        emit.kind === 'final' && emit.timeout_us !== null ? ` timeout ${durationToText(emit.timeout_us)}` : '';
      return `stream ${name} emit ${emit.kind}${timeout}\n${nodeText(root, 1, shown)}`;
    })
    .join('\n');
}

function nodeText(node: LogicalNode, depth: number, shown: Set<LogicalNode>): string {
  const indent = '  '.repeat(depth);
  const name = node.label === '' ? node.scope : `${node.scope}/${node.label}`;
  if (shown.has(node)) return `${indent}${name} (shown before)\n`;
  shown.add(node);
  const lines = [`${indent}${name}: ${describe(node)}`, `${indent}    → ${shape(node)}`];
  const inputs = inputsOf(node).map((input) => nodeText(input, depth + 1, shown));
  return `${lines.join('\n')}\n${inputs.join('')}`;
}

function shape(node: LogicalNode): string {
  const { key, changelog } = propertiesOf(node);
  const keyText =
    key === null ? '' : ` key (${key.map((part) => keyPart(part.name, part.columns, node.schema)).join(', ')})`;
  const columns = node.schema.map(
    (field) => `${field.name} ${typeToText(field.type)}${field.nullable ? '' : ' NOT NULL'}`,
  );
  return `${changelog}${keyText}: ${columns.join(', ')}`;
}

function keyPart(name: string, columns: readonly number[], schema: Schema): string {
  const names = columns.map((column) => schema[column]?.name ?? '?');
  return names.length === 0 ? `${name} (lost)` : names.join(' or ');
}

function describe(node: LogicalNode): string {
  switch (node.op) {
    case 'scan':
      return `scan ${node.source.name}`;
    case 'errors':
      return 'errors';
    case 'filter':
      return `filter ${textOver(node.predicate, node.input.schema)}`;
    case 'project':
      return `project ${node.expressions
        .map((expression, index) => {
          const text = textOver(expression, node.input.schema);
          const name = node.schema[index]?.name ?? '';
          return text === name ? text : `${text} AS ${name}`;
        })
        .join(', ')}`;
    case 'watermark': {
      const timeout = node.timeout_us === null ? '' : ` timeout ${durationToText(node.timeout_us)}`;
      const column = node.schema[node.column]?.name ?? '';
      return `watermark ${column} - ${durationToText(node.delay_us)} idle ${durationToText(node.idle_us)}${timeout}`;
    }
    case 'window':
      return `window ${windowText(node.window)} over ${node.schema[node.column]?.name ?? ''}`;
    case 'late':
      return 'late';
    case 'aggregate': {
      const schema = aggregateInputSchema(node);
      const pane =
        node.pane === null ? '' : ` in ${windowText(node.pane.window)} over ${schema[node.pane.column]?.name ?? ''}`;
      const group = node.group.map((column) => schema[column]?.name ?? '').join(', ');
      const calls = node.aggregates.map((call) => callText(call, schema)).join(', ');
      return `aggregate ${node.emit}${pane} by (${group})${calls === '' ? '' : `: ${calls}`}`;
    }
    case 'table':
      return `table ${node.declaration.name}`;
    case 'lookup': {
      const [stream, table] = node.inputs;
      const keys = node.keys.map(
        (key) => `${textOver(key.stream, stream.schema)} = ${textOver(key.table, table.schema)}`,
      );
      const residual = node.residual === null ? [] : [textOver(node.residual, node.schema)];
      return `${node.kind} lookup on ${[...keys, ...residual].join(' AND ')}`;
    }
    case 'union':
      return 'union';
    case 'stream':
      return `stream ${node.stream}`;
  }
}

function textOver(expression: Parameters<typeof expressionToText>[0], schema: Schema): string {
  return expressionToText(
    mapColumns(expression, (column) => ({ ...column, name: schema[column.index]?.name ?? column.name })),
  );
}

function callText(call: AggregateCall, schema: Schema): string {
  const argument = call.argument === null ? '*' : (schema[call.argument]?.name ?? '');
  const filter = call.filter === null ? '' : ` FILTER (WHERE ${schema[call.filter]?.name ?? ''})`;
  return `${call.function.toUpperCase()}(${call.distinct ? 'DISTINCT ' : ''}${argument})${filter} AS ${call.field.name}`;
}

export function windowText(window: WindowSpec): string {
  const offset = window.offset_us === 0n ? '' : `, OFFSET => ${durationToText(window.offset_us)}`;
  if (window.slide_us === window.size_us) return `TUMBLE(${durationToText(window.size_us)}${offset})`;
  return `HOP(SIZE => ${durationToText(window.size_us)}, SLIDE => ${durationToText(window.slide_us)}${offset})`;
}
