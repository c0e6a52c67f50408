/** The inspections of inspect.ts as text for a terminal. */
import { floorDivide } from '../../plan/floor-divide.js';
import { timestampToText } from '../../plan/literals.js';
import type { CheckpointSummary, QuerySummary, Verification } from './inspect.js';
import { stateBytes } from './inspect.js';
import { isFinished, type Manifest } from './manifest.js';

export function renderList(queries: readonly QuerySummary[]): string {
  return queries.map(renderQuery).join('\n');
}

function renderQuery(query: QuerySummary): string {
  const lines = [`${query.queryId}  epoch ${String(query.epoch)}, last intent ${describeIntent(query.lastIntent)}`];
  const rows = query.checkpoints.map(checkpointCells);
  lines.push(...table([['  batch', 'time', 'epoch', 'state', 'status'], ...rows]));
  if (query.corruptObjects > 0) lines.push(`  ${counted(query.corruptObjects, 'damaged object')} in corrupt/`);
  return `${lines.join('\n')}\n`;
}

function describeIntent(batch: number | null): string {
  return batch === null ? 'none' : `batch ${String(batch)}`;
}

function checkpointCells(checkpoint: CheckpointSummary): readonly string[] {
  const batch = `  ${String(checkpoint.batch)}`;
  if (!checkpoint.ok) return [batch, '', '', '', `damaged: ${checkpoint.why}`];
  const { now_us, epoch, finished } = checkpoint;
  return [batch, timeText(now_us), String(epoch), bytesText(checkpoint.stateBytes), finished ? 'finished' : 'valid'];
}

export function renderManifest(manifest: Manifest): string {
  const lines = [
    `query id        ${manifest.queryId}`,
    `batch           ${String(manifest.batch)}`,
    `time            ${timeText(manifest.now_us)}`,
    `epoch           ${String(manifest.epoch)}`,
    `written by      esql ${manifest.engineVersion}`,
    `plan            ${manifest.planFingerprint}`,
    `intent          ${manifest.intentHash}`,
    `status          ${isFinished(manifest) ? 'finished' : 'can go on'}`,
    `state           ${bytesText(stateBytes(manifest))}`,
  ];
  for (const source of manifest.sources) {
    lines.push(`source          ${source.id}${source.ended ? ' (ended)' : ''}`);
    for (const { partition, name, final } of source.partitions)
      lines.push(`  partition ${String(partition)}  ${name}${final ? ' (complete)' : ''}`);
    lines.push(`  cursor      ${JSON.stringify(source.cursor)}`);
  }
  for (const sink of manifest.sinks) lines.push(`sink            ${sink.id}, batch ${String(sink.batch)}`);
  for (const state of manifest.state) {
    lines.push(`operator        ${state.operator}`);
    for (const { name, objects } of state.sections) {
      const size = objects.reduce((sum, object) => sum + object.size, 0);
      lines.push(`  section ${name}  ${bytesText(size)} in ${counted(objects.length, 'object')}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

export function renderVerification(found: Verification): string {
  const lines = [
    `${found.queryId}  ${counted(found.objects, 'object')}, ${bytesText(found.bytes)}`,
    found.restorable === null
      ? '  no checkpoint can be restored'
      : `  a run goes on from the checkpoint of batch ${String(found.restorable)}`,
    ...(found.unreferenced > 0 ? [`  ${counted(found.unreferenced, 'state object')} that no checkpoint needs`] : []),
    ...found.problems.map((problem) => `  ${problem.object}: ${problem.why}`),
    found.problems.length === 0 ? '  no problem found' : `  ${counted(found.problems.length, 'problem')} found`,
  ];
  return `${lines.join('\n')}\n`;
}

function counted(count: number, what: string): string {
  return `${String(count)} ${what}${count === 1 ? '' : 's'}`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** ISO 8601 in UTC with seconds; the beginning has no time. */
function timeText(time_us: bigint): string {
  if (time_us === 0n) return '-';
  return `${timestampToText(floorDivide(time_us, 1_000_000n) * 1_000_000n)}Z`;
}

function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
