/** WAL OFFSETS needs sources that can be read again. */
import { walOf } from '../lower/lower.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import type { StreamRuleInput } from './input.js';
import { allNodes } from './nodes.js';

export function checkWal({ stream, plan, program, sink }: StreamRuleInput): void {
  const mode = walOf(stream.node) ?? program.catalogue.settings.wal ?? 'auto';
  if (mode !== 'offsets') return;
  for (const node of allNodes(plan.root)) {
    if (node.op !== 'scan' || node.source.connector.source?.replayable !== 'logged') continue;
    const { name, connector, span } = node.source;
    sink.report(
      streamingDiagnostic(
        'ESQL4012',
        { source: name, connector: connector.name },
        {
          span: stream.node.settings?.wal?.span ?? stream.node.name.span,
          related: [{ span, label: 'the source' }],
          hint: 'WAL AUTO logs the records of such a source.',
        },
      ),
    );
  }
}
