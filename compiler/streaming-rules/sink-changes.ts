/** Results that change need a sink that takes changes. */
import { sinkTraits } from '../../plan/connectors/sink-traits.js';
import { propertiesOf } from '../logical/properties.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import type { StreamRuleInput } from './input.js';
import { ownNodes } from './nodes.js';

export function checkSinkChanges(input: StreamRuleInput): void {
  const { stream, plan, into, sink } = input;
  // FINAL results that change are reported where they come from.
  const changes = propertiesOf(plan.root).changelog === 'changes' && stream.emit.kind === 'changes';
  for (const { clause, sink: declaration } of into) {
    const { connector } = declaration;
    const traits = sinkTraits(connector, declaration.options);
    if (traits === null) continue;
    const ignores = clause.onConflict === 'IGNORE';
    if (ignores && !traits.ignores) {
      sink.report(
        streamingDiagnostic('ESQL4024', { connector: connector.name, policy: 'IGNORE' }, { span: clause.span }),
      );
    } else if (clause.onConflict === 'UPDATE' && !traits.updates) {
      sink.report(
        streamingDiagnostic('ESQL4024', { connector: connector.name, policy: 'UPDATE' }, { span: clause.span }),
      );
    } else if (changes && ignores) {
      sink.report(streamingDiagnostic('ESQL4007', { stream: stream.name }, { span: clause.span, hint: mend(input) }));
    } else if (changes && !traits.updates) {
      sink.report(
        streamingDiagnostic(
          'ESQL4006',
          { connector: connector.name, stream: stream.name },
          {
            span: clause.sink.span,
            related: [{ span: declaration.span, label: 'the sink' }],
            hint: mend(input),
            ...fixOf(input),
          },
        ),
      );
    }
  }
}

/** FINAL helps where a watermark closes the groups. */
function canBeFinal({ plan }: StreamRuleInput): boolean {
  const aggregates = ownNodes(plan.root).filter((node) => node.op === 'aggregate');
  const closes = aggregates.filter((node) =>
    propertiesOf(node).times.some((role) => role?.kind === 'window_end' && role.covered),
  );
  return aggregates.length > 0 && closes.length === aggregates.length;
}

function mend(input: StreamRuleInput): string {
  if (canBeFinal(input)) return 'EMIT FINAL at the end of the query gives each row once, when its window closes.';
  return 'Group by windows and use EMIT FINAL, or write into a sink that takes changes (sqlite).';
}

function fixOf(input: StreamRuleInput): {
  readonly fix?: {
    readonly title: string;
    readonly edits: readonly { readonly span: StreamRuleInput['stream']['node']['span']; readonly text: string }[];
  };
} {
  const { query } = input.stream.node;
  if (!canBeFinal(input)) return {};
  const { emit } = query;
  if (emit !== undefined)
    return { fix: { title: 'Emit final rows only', edits: [{ span: emit.span, text: 'EMIT FINAL' }] } };
  const at = { file: query.span.file, start: query.span.end, end: query.span.end };
  return { fix: { title: 'Emit final rows only', edits: [{ span: at, text: '\n  EMIT FINAL' }] } };
}
