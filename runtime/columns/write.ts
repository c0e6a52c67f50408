/** Values as a fresh column, for edges and tests. */
import type { SqlType } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import { createBuilder } from './builder.js';
import type { Column } from './column.js';

export function columnFromValues(type: SqlType, values: readonly Value[]): Column {
  const builder = createBuilder(type);
  for (const value of values) builder.append(value);
  return builder.finish();
}
