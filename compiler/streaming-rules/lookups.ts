/**
 * A row that is taken back must be joined with what it was joined with when it came: a table that changes meanwhile
 * would take back another row.
 */
import { isRefreshed } from '../../plan/connectors/table-options.js';
import { propertiesOf } from '../logical/properties.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import type { StreamRuleInput } from './input.js';
import { ownNodes } from './nodes.js';

export function checkLookups({ plan, sink }: StreamRuleInput): void {
  for (const node of ownNodes(plan.root)) {
    if (node.op !== 'lookup') continue;
    const [stream, table] = node.inputs;
    const { declaration } = table;
    if (propertiesOf(stream).changelog !== 'changes' || !isRefreshed(declaration.options)) continue;
    sink.report(
      streamingDiagnostic(
        'ESQL4043',
        { table: declaration.name },
        {
          span: node.span,
          related: [{ span: declaration.span, label: 'declared with `refresh`' }],
          facts: ['A row is taken back by giving the same row again, and the table may hold other rows by then.'],
          hint: 'Join before the aggregate, use EMIT FINAL, or declare the table without `refresh`.',
        },
      ),
    );
  }
}
