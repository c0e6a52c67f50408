/** EXPLAIN [PLAN]: each stream from its sinks down to its sources, as indented text. */
import { fieldToText, operatorToText, shapeToText, type OperatorsById } from './operator-text.js';
import type { InputReference, Operator, OperatorId, Plan, StreamPlan } from './plan.js';
import { wrapText } from './text-layout.js';
import { durationToText } from './units.js';

const INDENT = 2;

/**
 * The whole plan, or one of its streams. An operator that several read is written out once and referred to afterwards.
 */
export function explainPlan(plan: Plan, streamName?: string): string {
  const byId: OperatorsById = new Map(plan.operators.map((operator) => [operator.id, operator]));
  const shown = new Set<OperatorId>();
  const streams = plan.streams.filter((stream) => streamName === undefined || stream.name === streamName);
  return streams.map((stream) => streamText(stream, byId, shown)).join('\n');
}

function streamText(stream: StreamPlan, byId: OperatorsById, shown: Set<OperatorId>): string {
  const heading = `stream ${stream.name}: ${streamClauses(stream).join(', ')}`;
  const roots = stream.sinks.length === 0 ? [stream.operator] : stream.sinks;
  const lines = [
    ...wrapText(heading, 0, 2 * INDENT),
    ...roots.flatMap((id) => operatorLines({ from: id, output: 'rows' }, 1, byId, shown)),
  ];
  return `${lines.join('\n')}\n`;
}

function streamClauses(stream: StreamPlan): readonly string[] {
  const { emit } = stream;
  const timeout =
    emit.kind === 'final' && emit.timeout_us !== null ? ` timeout ${durationToText(emit.timeout_us)}` : '';
  const checkpoint = stream.checkpoint_us === null ? [] : [`checkpoint ${durationToText(stream.checkpoint_us)}`];
  return [`emit ${emit.kind}${timeout}`, ...checkpoint];
}

function operatorLines(
  input: InputReference,
  depth: number,
  byId: OperatorsById,
  shown: Set<OperatorId>,
): readonly string[] {
  const indent = INDENT * depth;
  const operator = byId.get(input.from);
  const output = input.output === 'errors' ? ', its errors' : '';
  if (operator === undefined || shown.has(input.from)) {
    return wrapText(`${input.from}${output}: see above`, indent, 2 * INDENT);
  }
  shown.add(input.from);
  return [
    ...wrapText(`${operator.id}${output}: ${operatorToText(operator, byId)}`, indent, 2 * INDENT),
    ...(operator.op === 'sink' ? [] : wrapText(outputText(operator), indent + 2 * INDENT, INDENT)),
    ...operator.inputs.flatMap((next) => operatorLines(next, depth + 1, byId, shown)),
  ];
}

function outputText(operator: Operator): string {
  const { output } = operator;
  const eventTime = output.event_time.length === 0 ? '' : `, event time ${output.event_time.join(', ')}`;
  return `→ ${output.schema.map(fieldToText).join(', ')} [${shapeToText(output)}${eventTime}]`;
}
