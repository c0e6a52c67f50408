/** All streams of a program as one logical plan. */
import type { TypedProgram } from '../program.js';
import { LogicalBuilder } from './build.js';
import type { LogicalPlan } from './logical.js';

/** `also` is a query that is only explained: it comes last and may read the streams. */
export function typedToLogical(
  program: Pick<TypedProgram, 'streams'>,
  also?: Parameters<LogicalBuilder['add']>[0],
): LogicalPlan {
  const builder = new LogicalBuilder();
  const streams = program.streams.map((stream) => builder.add(stream));
  return { streams: also === undefined ? streams : [...streams, builder.add(also)] };
}
