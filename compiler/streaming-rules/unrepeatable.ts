/** NOW(), RANDOM() and UUID() over rows that may be taken back: the row taken back would not be the row that came. */
import { operandsOf, type BatchValueExpression, type Expression } from '../../plan/expression.js';
import type { LogicalNode } from '../logical/logical.js';
import { propertiesOf } from '../logical/properties.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import type { StreamRuleInput } from './input.js';
import { ownNodes } from './nodes.js';

const names = { now: 'NOW()', random: 'RANDOM()', uuid: 'UUID()' } as const;

export function checkUnrepeatable({ plan, sink }: StreamRuleInput): void {
  for (const node of ownNodes(plan.root)) {
    if (propertiesOf(node).changelog !== 'changes') continue;
    const expressions = rowwiseExpressions(node);
    for (const value of expressions.flatMap(batchValues)) {
      sink.report(
        streamingDiagnostic(
          'ESQL4016',
          { name: names[value.value] },
          {
            span: node.span,
            facts: ['Results of this query change: a row is taken back by giving the same row again.'],
            hint: 'Use it below the aggregate, where rows only come, or EMIT FINAL.',
          },
        ),
      );
    }
  }
}

/** What is evaluated for each row as it comes. */
function rowwiseExpressions(node: LogicalNode): readonly Expression[] {
  if (node.op === 'filter') return [node.predicate];
  if (node.op === 'project') return node.expressions;
  if (node.op !== 'lookup') return [];
  return [...node.keys.map((key) => key.stream), ...(node.residual === null ? [] : [node.residual])];
}

function batchValues(expression: Expression): readonly BatchValueExpression[] {
  if (expression.kind === 'batch_value') return [expression];
  return operandsOf(expression).flatMap(batchValues);
}
