/** ON ERROR INTO and ON LATE INTO: somebody reads them, and late rows are late for one watermark. */
import type { SourceDeclaration } from '../declare/declarations.js';
import type { LogicalNode, WatermarkNode } from '../logical/logical.js';
import { lateWindows } from '../lower/late-windows.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import type { RuleInput } from './input.js';
import { allNodes } from './nodes.js';

export function checkSideStreams(input: RuleInput): void {
  const nodes = new Set(input.logical.streams.flatMap((stream) => allNodes(stream.root)));
  // A stream with errors may have been a reader.
  const allKnown = input.program.streams.length === countStreams(input);
  for (const declaration of input.program.catalogue.declarations.values()) {
    if (declaration.kind === 'errors') {
      const isRead = [...nodes].some(
        (node) => node.op === 'errors' && declaration.sources.some((source) => source.name === node.input.source.name),
      );
      if (!isRead && allKnown) warn(input, declaration.name, 'records with errors', declaration.span);
    } else if (declaration.kind === 'late') {
      const late = [...nodes].find((node) => node.op === 'late' && node.source.name === declaration.source.name);
      if (late === undefined) {
        if (allKnown) warn(input, declaration.name, 'late rows', declaration.span);
      } else if (allKnown) checkWatermarks(input, declaration.source, nodes, declaration.span, declaration.name);
    }
  }
}

function countStreams({ program }: RuleInput): number {
  return [...program.catalogue.declarations.values()].filter((declaration) => declaration.kind === 'stream').length;
}

function warn({ sink }: RuleInput, name: string, what: string, span: SourceDeclaration['span']): void {
  const hint = `CREATE STREAM … AS SELECT * FROM ${name} … keeps them.`;
  sink.report(streamingDiagnostic('ESQL4021', { name, what }, { span, hint }));
}

/** All windows of the source stand behind one watermark, which is that of the late rows. */
function checkWatermarks(
  input: RuleInput,
  source: SourceDeclaration,
  nodes: ReadonlySet<LogicalNode>,
  span: SourceDeclaration['span'],
  name: string,
): void {
  const windows = lateWindows(input.logical);
  const used = [...windows.keys()].filter(
    (node): node is WatermarkNode => node.op === 'watermark' && node.source.name === source.name,
  );
  if (used.length === 0) {
    input.sink.report(streamingDiagnostic('ESQL4026', { name, source: source.name }, { span }));
    return;
  }
  const late = [...nodes].find((node) => node.op === 'late' && node.source.name === source.name);
  if (used.length === 1 && late?.op === 'late' && used[0] === late.input) return;
  input.sink.report(
    streamingDiagnostic(
      'ESQL4027',
      { problem: `streams with another EMIT FINAL TIMEOUT read \`${source.name}\`, so a row is late for some only` },
      { span, hint: 'Give all streams over the source, and the one that reads its late rows, the same TIMEOUT.' },
    ),
  );
}
