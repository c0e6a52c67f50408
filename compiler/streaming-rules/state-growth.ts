/** State that grows with the number of keys is a note. */
import { propertiesOf } from '../logical/properties.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import type { StreamRuleInput } from './input.js';
import { ownNodes } from './nodes.js';

export function noteStateGrowth({ stream, plan, sink }: StreamRuleInput): void {
  // Under FINAL a group that no window closes is an error of its own.
  if (stream.emit.kind === 'final') return;
  for (const node of ownNodes(plan.root)) {
    if (node.op !== 'aggregate' || node.group.length === 0) continue;
    const closes = propertiesOf(node).times.some((role) => role?.kind === 'window_end' && role.covered);
    if (closes) continue;
    const per = node.group.map((_, index) => node.schema[index]?.name ?? '').join(', ');
    sink.report(
      streamingDiagnostic(
        'ESQL4014',
        { stream: stream.name, per },
        { span: node.span, hint: 'Windows with a watermark bound it; EXPLAIN STATE shows what is kept.' },
      ),
    );
  }
}
