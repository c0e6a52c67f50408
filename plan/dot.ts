/** EXPLAIN DOT: the plan as a graph for Graphviz. */
import { operatorToText, shapeToText, type OperatorsById } from './operator-text.js';
import type { Operator, OperatorKind, Plan } from './plan.js';
import { wrapText } from './text-layout.js';

const shapes: Readonly<Record<OperatorKind, string>> = {
  source: 'cylinder',
  filter: 'box',
  project: 'box',
  watermark: 'box',
  window: 'box',
  late: 'box',
  table: 'cylinder',
  lookup: 'box',
  aggregate: 'box3d',
  union: 'box',
  sink: 'folder',
};

const LABEL_WIDTH_MAX = 48;

export function planToDot(plan: Plan): string {
  const byId: OperatorsById = new Map(plan.operators.map((operator) => [operator.id, operator]));
  const lines = ['digraph plan {', '  rankdir = BT;', '  node [fontname = "monospace", fontsize = 10];'];
  for (const operator of plan.operators) {
    lines.push(`  ${quoted(operator.id)} [shape = ${shapes[operator.op]}, label = ${label(operator, byId)}];`);
  }
  for (const operator of plan.operators) {
    for (const input of operator.inputs) lines.push(edge(operator, input.from, input.output, byId));
  }
  lines.push('}');
  return `${lines.join('\n')}\n`;
}

function edge(operator: Operator, from: string, output: string, byId: OperatorsById): string {
  const shape = byId.get(from)?.output;
  const text = output === 'errors' ? 'errors' : shape === undefined ? '' : shapeToText(shape);
  return `  ${quoted(from)} -> ${quoted(operator.id)} [label = ${quoted(text)}];`;
}

function label(operator: Operator, byId: OperatorsById): string {
  const text = [operator.id, ...wrapText(operatorToText(operator, byId), 0, 0, LABEL_WIDTH_MAX)];
  // `\l` ends a line and aligns it to the left.
  return `"${text.map((line) => `${escaped(line)}\\l`).join('')}"`;
}

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replace(/[\u0000-\u001f]/gu, ' ');
}
