/** NOW(), RANDOM() and UUID() over rows that may be taken back: the row taken back would not be the row that came. */
import { operandsOf, type BatchValueExpression, type Expression } from '../../plan/expression.js';
import { propertiesOf } from '../logical/properties.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import type { StreamRuleInput } from './input.js';
import { ownNodes } from './nodes.js';

const names = { now: 'NOW()', random: 'RANDOM()', uuid: 'UUID()' } as const;

export function checkUnrepeatable({ plan, sink }: StreamRuleInput): void {
  for (const node of ownNodes(plan.root)) {
    if (node.op !== 'filter' && node.op !== 'project') continue;
    if (propertiesOf(node.input).changelog !== 'changes') continue;
    const expressions = node.op === 'filter' ? [node.predicate] : node.expressions;
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

function batchValues(expression: Expression): readonly BatchValueExpression[] {
  if (expression.kind === 'batch_value') return [expression];
  return operandsOf(expression).flatMap(batchValues);
}
