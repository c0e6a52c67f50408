/** All streams of a program as one logical plan. */
import type { TypedProgram } from '../program.js';
import { inputRelations } from '../relations-of.js';
import { LogicalBuilder, type StreamInput } from './build.js';
import type { LogicalPlan } from './logical.js';

/** `also` is a query that is only explained: it comes last and may read the streams. */
export function typedToLogical(program: Pick<TypedProgram, 'streams'>, also?: StreamInput): LogicalPlan {
  const inputs: readonly StreamInput[] = also === undefined ? program.streams : [...program.streams, also];
  const builder = new LogicalBuilder(lateTimeouts(inputs));
  return { streams: inputs.map((stream) => builder.add(stream)) };
}

/** The first stream with windows over a source decides; a streaming rule refuses others that differ. */
function lateTimeouts(streams: readonly StreamInput[]): ReadonlyMap<string, bigint | null> {
  const timeouts = new Map<string, bigint | null>();
  for (const { query, emit } of streams) {
    const relations = inputRelations(query);
    if (!relations.some((relation) => relation.kind === 'window')) continue;
    for (const relation of relations) {
      if (relation.kind !== 'source' || timeouts.has(relation.source.name)) continue;
      timeouts.set(relation.source.name, emit.kind === 'final' ? emit.timeout_us : null);
    }
  }
  return timeouts;
}
