/**
 * What an aggregate keeps, per what and until when: derived from its own members, for EXPLAIN STATE and the compiler's
 * notes.
 */
import type { AggregateOperator, OutputShape, StateBound } from './plan.js';
import type { Schema } from './types.js';
import { durationToText } from './units.js';

/** What an aggregate's state depends on; `schema` is what its columns index (the window columns of a pane included). */
export interface AggregateShape {
  readonly group: readonly number[];
  readonly aggregates: AggregateOperator['aggregates'];
  readonly window_end: number | null;
  readonly window: { readonly size_us: bigint; readonly slide_us: bigint } | null;
  readonly emit: AggregateOperator['emit'];
  readonly input: Pick<OutputShape, 'changelog'>;
  readonly schema: Schema;
  /** Whether a watermark closes windows. */
  readonly closes: boolean;
}

export function aggregateStateBound(shape: AggregateShape): StateBound {
  const windowed = shape.window_end !== null && shape.closes;
  const growth = shape.group.length === 0 ? 'constant' : windowed ? 'windows' : 'keys';
  return { growth, keeps: keeps(shape), per: per(shape), until: until(shape, windowed) };
}

function keeps(shape: AggregateShape): string {
  const parts: string[] = [];
  if (shape.aggregates.length === 0) parts.push('the group and its number of rows');
  else
    parts.push(
      shape.aggregates.length === 1 ? '1 running result' : `${String(shape.aggregates.length)} running results`,
    );
  // MIN and MAX over rows that can disappear need the values behind the extreme one.
  const extremes =
    shape.input.changelog === 'changes' &&
    shape.aggregates.some((call) => call.function === 'min' || call.function === 'max');
  if (shape.aggregates.some((call) => call.distinct)) parts.push('the different values of each DISTINCT argument');
  if (extremes) parts.push('the values of MIN and MAX with their numbers');
  return parts.join(', ');
}

function per(shape: AggregateShape): string {
  if (shape.group.length === 0) return 'query';
  const names = shape.group.map((column) => shape.schema[column]?.name ?? `#${String(column)}`);
  return names.join(', ');
}

function until(shape: AggregateShape, windowed: boolean): string {
  if (!windowed)
    return shape.group.length === 0 ? 'the job is removed' : 'the job is removed: no watermark closes a group';
  const { window } = shape;
  const span = window === null ? '' : ` (windows of ${durationToText(window.size_us)}${slideText(window)})`;
  return `the watermark reaches window_end${span}`;
}

function slideText(window: { readonly size_us: bigint; readonly slide_us: bigint }): string {
  return window.slide_us === window.size_us ? '' : ` every ${durationToText(window.slide_us)}`;
}
