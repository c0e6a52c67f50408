/** Windows over `window_start` of other windows, and windows behind another stream's watermark. */
import { durationToText } from '../../plan/units.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import { isCovered, propertiesOf } from '../logical/properties.js';
import type { StreamRuleInput } from './input.js';
import { allNodes, ownNodes } from './nodes.js';

export function checkWindows({ plan, sink }: StreamRuleInput): void {
  for (const node of ownNodes(plan.root)) {
    if (node.op !== 'window') continue;
    const role = propertiesOf(node.input).times[node.column] ?? null;
    if (isCovered(role, node.window)) continue;
    if (role?.kind === 'window_start' && role.covered) {
      sink.report(
        streamingDiagnostic(
          'ESQL4020',
          { outer: durationToText(node.window.size_us), inner: durationToText(role.window.size_us) },
          {
            span: node.span,
            facts: ['A window that closes in the middle of an inner one would miss its rows.'],
            hint: 'Use `window_end` as the time column, or a multiple of the inner windows.',
          },
        ),
      );
      continue;
    }
    const foreign = ownNodes(node.input).find(
      (found) => found.op === 'stream' && allNodes(found.input).some((each) => each.op === 'watermark'),
    );
    if (foreign?.op !== 'stream') continue;
    const column = node.input.schema[node.column]?.name ?? '';
    sink.report(
      streamingDiagnostic(
        'ESQL4025',
        { problem: `\`${column}\` is not the event time of stream \`${foreign.stream}\`` },
        {
          span: node.span,
          facts: [
            `Rows of \`${foreign.stream}\` come with the watermark of another column, which would close these windows.`,
          ],
          hint: 'Select the watermark column unchanged, or read the source instead of the stream.',
        },
      ),
    );
  }
}
