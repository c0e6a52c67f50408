/** EMIT FINAL: every aggregate has a window that a watermark closes. */
import type { LogicalNode, WindowNode } from '../logical/logical.js';
import { propertiesOf } from '../logical/properties.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import type { StreamRuleInput } from './input.js';
import { ownNodes } from './nodes.js';

export function checkEmitFinal(input: StreamRuleInput): void {
  const { stream, plan, sink } = input;
  const clause = stream.node.query.emit;
  if (clause === undefined || stream.emit.kind !== 'final') return;
  const nodes = ownNodes(plan.root);
  const aggregates = nodes.filter((node) => node.op === 'aggregate');
  const isRevised = (node: LogicalNode): boolean => propertiesOf(node).changelog === 'changes';
  const revising = aggregates.filter((node) => node.emit === 'changes' && isRevised(node));
  const windows = nodes.filter((node) => node.op === 'window');
  const hasFinal = aggregates.some((node) => node.emit === 'final');
  if (hasFinal && revising.length === 0) {
    checkChangesBelow(input, nodes);
    checkTimeout(input, nodes);
    return;
  }
  const uncovered = windows.find((node) => propertiesOf(node).times.at(-1) === null || !coveredWindow(node));
  if (uncovered !== undefined && revising.length > 0) {
    reportUncovered(input, uncovered);
    return;
  }
  const [first] = revising;
  const problem =
    first === undefined ? 'the query has no aggregate over windows' : 'these groups have no window that closes';
  const hint =
    windows.length > 0
      ? 'Add window_start and window_end to GROUP BY.'
      : 'Read the source through TUMBLE(…) or HOP(…) and group by window_start, or remove EMIT FINAL.';
  sink.report(
    streamingDiagnostic(
      'ESQL4008',
      { problem },
      {
        span: first?.span ?? clause.span,
        related: first === undefined ? [] : [{ span: clause.span, label: 'FINAL here' }],
        hint,
      },
    ),
  );
}

function coveredWindow(node: WindowNode): boolean {
  const role = propertiesOf(node).times.at(-1);
  return role?.kind === 'window_end' && role.covered;
}

function reportUncovered({ stream, sink }: StreamRuleInput, window: WindowNode): void {
  const column = window.input.schema[window.column]?.name ?? '';
  const sources = ownNodes(window.input).flatMap((node) => (node.op === 'scan' ? [node.source] : []));
  const [source] = sources;
  const watermark = source?.fields[source.watermark?.column ?? -1]?.name;
  const problem =
    watermark === undefined
      ? `no watermark closes windows over \`${column}\``
      : `windows over \`${column}\` are not closed by the watermark of \`${watermark}\``;
  sink.report(
    streamingDiagnostic(
      'ESQL4009',
      { problem },
      {
        span: window.span,
        related: [
          ...(source === undefined ? [] : [{ span: source.span, label: 'the source' }]),
          ...(stream.node.query.emit === undefined ? [] : [{ span: stream.node.query.emit.span, label: 'FINAL here' }]),
        ],
        hint:
          watermark === undefined
            ? `Declare one in the source: WATERMARK FOR ${column} AS ${column} - 5s.`
            : `Use \`${watermark}\`, or declare the watermark for \`${column}\`.`,
      },
    ),
  );
}

/** Rows of another stream that change can't be final. */
function checkChangesBelow({ stream, sink }: StreamRuleInput, nodes: readonly LogicalNode[]): void {
  const changing = nodes.find((node) => node.op === 'stream' && propertiesOf(node).changelog === 'changes');
  const clause = stream.node.query.emit;
  if (changing?.op !== 'stream' || clause === undefined) return;
  sink.report(
    streamingDiagnostic(
      'ESQL4008',
      { problem: `results of stream \`${changing.stream}\` change` },
      {
        span: changing.span ?? clause.span,
        related: [{ span: clause.span, label: 'FINAL here' }],
        hint: `Give \`${changing.stream}\` EMIT FINAL too.`,
      },
    ),
  );
}

/** The timeout moves the watermark where the source is read: in the stream that reads it. */
function checkTimeout({ stream, sink }: StreamRuleInput, nodes: readonly LogicalNode[]): void {
  const timeout = stream.node.query.emit?.timeout;
  if (timeout === undefined) return;
  if (timeout.microseconds <= 0n || nodes.some((node) => node.op === 'watermark')) return;
  sink.report(
    streamingDiagnostic(
      'ESQL4025',
      { problem: 'TIMEOUT has no watermark to move: the stream reads other streams only' },
      { span: timeout.span, hint: 'TIMEOUT stands in the stream that reads the source.' },
    ),
  );
}
