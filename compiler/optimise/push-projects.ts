/**
 * Projections go below unions and windows: expressions are evaluated once per row instead of once per window, while ON
 * ERROR of the source still holds, and windows end up directly below the aggregate that takes them over.
 *
 * Below a window only if expressions read no window column unless they are one. A late row whose expression fails is
 * then an error of its record instead of a late row, which is what the query as plain SQL would make of it.
 */
import type { Expression } from '../../plan/expression.js';
import { mapColumns } from '../expressions/map.js';
import { columnsRead, isUnrepeatable } from '../expressions/traits.js';
import { windowSchema, type LogicalNode, type ProjectNode, type WindowNode } from '../logical/logical.js';
import { uniqueName } from '../logical/unique-name.js';
import { rewriteNodes } from '../logical/rewrite.js';
import type { OptimiserRule } from './rule.js';

export const pushProjects: OptimiserRule = {
  name: 'push-projects',
  apply: (plan) => rewriteNodes(plan, (node) => (node.op === 'project' ? pushed(node) : node)),
};

function pushed(node: ProjectNode): LogicalNode {
  const { input } = node;
  if (input.op === 'union') return belowUnion(node, input);
  return input.op === 'window' ? belowWindow(node, input) : node;
}

function belowUnion(node: ProjectNode, union: Extract<LogicalNode, { op: 'union' }>): LogicalNode {
  if (node.expressions.some(isUnrepeatable) || union.inputs.some((input) => input.op === 'errors')) return node;
  const inputs = union.inputs.map((input): LogicalNode => {
    // Whether a column may be NULL is for each branch to say.
    const expressions = node.expressions.map((expression) =>
      mapColumns(expression, (column) => ({
        ...column,
        nullable: input.schema[column.index]?.nullable ?? column.nullable,
      })),
    );
    const schema = node.schema.map((field, index) => ({
      ...field,
      nullable: expressions[index]?.nullable ?? field.nullable,
    }));
    return pushed({ ...node, input, expressions, schema });
  });
  const schema = node.schema.map((field, index) => ({
    ...field,
    nullable: inputs.some((input) => input.schema[index]?.nullable === true),
  }));
  return { ...union, schema, inputs };
}

function belowWindow(node: ProjectNode, window: WindowNode): LogicalNode {
  const width = window.input.schema.length;
  const isBare = node.expressions.every((expression) => expression.kind === 'column');
  const readsWindow = (expression: Expression): boolean => columnsRead(expression).some((column) => column >= width);
  if (isBare || node.expressions.some((expression) => expression.kind !== 'column' && readsWindow(expression)))
    return node;
  const lower: Expression[] = [];
  const names: string[] = [];
  const add = (expression: Expression, name: string): number => {
    const known = lower.findIndex(
      (other) => other.kind === 'column' && expression.kind === 'column' && other.index === expression.index,
    );
    if (known >= 0) return known;
    names.push(uniqueName(name, new Set([...names, 'window_start', 'window_end'])));
    return lower.push(expression) - 1;
  };
  const positions = node.expressions.map((expression, index) =>
    expression.kind === 'column' && expression.index >= width ? null : add(expression, node.schema[index]?.name ?? ''),
  );
  const time = window.input.schema[window.column];
  if (time === undefined) return node;
  const column = add({ kind: 'column', index: window.column, ...time }, time.name);
  const below: LogicalNode = {
    ...node,
    input: window.input,
    expressions: lower,
    schema: lower.map(({ type, nullable }, index) => ({ name: names[index] ?? '', type, nullable })),
    claim: null,
  };
  const moved: WindowNode = { ...window, input: below, column, schema: windowSchema(below.schema, column) };
  return {
    ...node,
    label: `${node.label}_columns`,
    input: moved,
    expressions: node.expressions.map((expression, index): Expression => {
      const position = positions[index] ?? null;
      const at = position ?? (expression.kind === 'column' ? expression.index - width + lower.length : 0);
      const field = moved.schema[at];
      return field === undefined ? expression : { kind: 'column', index: at, ...field };
    }),
  };
}
