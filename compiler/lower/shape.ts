/** The shape of an operator's output, from what is known of the logical node. */
import type { OutputShape } from '../../plan/plan.js';
import type { LogicalNode } from '../logical/logical.js';
import { propertiesOf } from '../logical/properties.js';

export function shapeOf(node: LogicalNode): OutputShape {
  const { key, changelog, times } = propertiesOf(node);
  const nameOf = (column: number): string => node.schema[column]?.name ?? '';
  const names = key?.map((part) => part.columns[0]) ?? null;
  const isComplete = names?.every((column) => column !== undefined) ?? false;
  return {
    schema: node.schema,
    key: names === null || !isComplete ? null : names.flatMap((column) => (column === undefined ? [] : nameOf(column))),
    changelog,
    event_time: times.flatMap((role, column) => {
      if (role === null) return [];
      const isBounded = role.kind === 'event' || (role.kind === 'window_end' && role.covered);
      return isBounded ? [nameOf(column)] : [];
    }),
  };
}
