/**
 * Whether a plan is consistent: run after compiling and again after decoding, so that whoever receives a `Plan` need
 * not doubt it. Nothing here trusts the plan; codecs have only checked that its members have their types.
 */
import {
  ERROR_SCHEMA,
  type InputReference,
  type Operator,
  type OperatorId,
  type OutputShape,
  type Plan,
  type StreamPlan,
} from '../plan.js';
import type { Path } from '../codec/codec.js';
import { planLimits } from '../limits.js';
import type { FunctionResolver } from './expressions.js';
import { checkOperator } from './operators.js';
import { at, PlanProblems, type PlanProblem } from './problem.js';

export type { FunctionResolver } from './expressions.js';
export type { PlanProblem } from './problem.js';

/**
 * What is inconsistent in a plan, with the place of each; empty for a valid plan. `functions` adds the check of calls.
 */
export function validatePlan(plan: Plan, functions?: FunctionResolver): readonly PlanProblem[] {
  const problems = new PlanProblems();
  checkSettings(plan, problems);
  problems.check(plan.operators.length <= planLimits.operators, at(null, 'operators'), 'too many operators');
  const known = new Map<OperatorId, Operator>();
  plan.operators.forEach((operator, index) => {
    const path = at(null, 'operators', index);
    problems.check(!known.has(operator.id), at(path, 'id'), `\`${operator.id}\` stands there twice`);
    problems.check(isOperatorId(operator.id), at(path, 'id'), 'not the form of an operator id');
    const inputs = operator.inputs.map((input, i) =>
      inputShape(input, known, operator.op === 'lookup' && i === 1, at(path, 'inputs', i), problems),
    );
    const anyUpstream = (test: (found: Operator) => boolean): boolean => searchUpstream(operator, known, test);
    if (inputs.every((shape) => shape !== undefined)) {
      checkOperator(operator, { path, inputs, anyUpstream, functions, problems });
    }
    // Known only now: an operator reads earlier ones, which keeps circles out.
    known.set(operator.id, operator);
  });
  checkStreams(plan, known, problems);
  return problems.items;
}

/** Depth first through the inputs; every operator is looked at once. */
function searchUpstream(
  operator: Operator,
  known: ReadonlyMap<OperatorId, Operator>,
  test: (found: Operator) => boolean,
): boolean {
  const seen = new Set<OperatorId>();
  const waiting = operator.inputs.map((input) => input.from);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const found = known.get(id);
    if (found === undefined) continue;
    if (test(found)) return true;
    waiting.push(...found.inputs.map((input) => input.from));
  }
  return false;
}

/** Steps separated by slashes, none of them empty: names of the query, which may hold anything printable. */
function isOperatorId(id: string): boolean {
  return id.length <= 1_024 && !/[\u0000-\u001f\u007f]/u.test(id) && id.split('/').every((step) => step.trim() !== '');
}

function checkSettings(plan: Plan, problems: PlanProblems): void {
  const { checkpoint_us, batch_us, batch_bytes_max, state_bytes_max } = plan.settings;
  const path = at(null, 'settings');
  problems.check(checkpoint_us === null || checkpoint_us > 0n, at(path, 'checkpoint_us'), 'expected more than 0');
  problems.check(batch_us >= 0n, at(path, 'batch_us'), 'expected 0 or more');
  problems.check(batch_bytes_max > 0n, at(path, 'batch_bytes_max'), 'expected more than 0');
  problems.check(state_bytes_max > 0n, at(path, 'state_bytes_max'), 'expected more than 0');
}

const ERROR_SHAPE: OutputShape = { schema: ERROR_SCHEMA, key: null, changelog: 'append', event_time: [] };

function inputShape(
  input: InputReference,
  known: ReadonlyMap<OperatorId, Operator>,
  takesTable: boolean,
  path: Path,
  problems: PlanProblems,
): OutputShape | undefined {
  const from = known.get(input.from);
  if (from === undefined) {
    problems.add(at(path, 'from'), `no operator \`${input.from}\` before this one`);
    return undefined;
  }
  if (from.op === 'table' && !takesTable) {
    problems.add(at(path, 'from'), `\`${input.from}\` is a table: only the second input of a lookup is one`);
    return undefined;
  }
  if (from.op !== 'table' && takesTable) {
    problems.add(at(path, 'from'), `\`${input.from}\` is no table`);
    return undefined;
  }
  if (from.op === 'sink') {
    problems.add(at(path, 'from'), `\`${input.from}\` is a sink`);
    return undefined;
  }
  if (input.output === 'rows') return from.output;
  if (from.op === 'source') return ERROR_SHAPE;
  problems.add(at(path, 'output'), `only a source has the output "errors"`);
  return undefined;
}

function checkStreams(plan: Plan, known: ReadonlyMap<OperatorId, Operator>, problems: PlanProblems): void {
  const names = new Set<string>();
  const owners = new Map<OperatorId, string>();
  plan.streams.forEach((stream, index) => {
    const path = at(null, 'streams', index);
    problems.check(!names.has(stream.name), at(path, 'name'), `\`${stream.name}\` stands there twice`);
    names.add(stream.name);
    const operator = known.get(stream.operator);
    problems.check(operator !== undefined, at(path, 'operator'), `no operator \`${stream.operator}\``);
    problems.check(operator?.op !== 'sink', at(path, 'operator'), 'a sink has no rows of its own');
    problems.check(operator?.op !== 'table', at(path, 'operator'), 'a table has no rows of its own');
    const { checkpoint_us } = stream;
    problems.check(checkpoint_us === null || checkpoint_us > 0n, at(path, 'checkpoint_us'), 'expected more than 0');
    stream.sinks.forEach((id, i) => {
      const sink = known.get(id);
      const where = at(path, 'sinks', i);
      if (sink?.op !== 'sink') problems.add(where, `no sink \`${id}\``);
      else problems.check(sink.stream === stream.name, where, `the sink belongs to the stream \`${sink.stream}\``);
      problems.check(!owners.has(id), where, `the sink stands there twice`);
      owners.set(id, stream.name);
    });
    checkDelivery(stream, path, known, problems);
  });
  plan.operators.forEach((operator, index) => {
    if (operator.op !== 'sink' || owners.has(operator.id)) return;
    problems.add(at(null, 'operators', index, 'stream'), `no stream lists this sink`);
  });
}

function checkDelivery(
  stream: StreamPlan,
  path: Path,
  known: ReadonlyMap<OperatorId, Operator>,
  problems: PlanProblems,
): void {
  const derived = new Set(stream.delivery.map((delivery) => delivery.sink));
  for (const id of stream.sinks) {
    problems.check(derived.has(id), at(path, 'delivery'), `nothing is said about the sink \`${id}\``);
  }
  stream.delivery.forEach((delivery, index) => {
    const where = at(path, 'delivery', index);
    problems.check(
      stream.sinks.includes(delivery.sink),
      at(where, 'sink'),
      `no sink \`${delivery.sink}\` in this stream`,
    );
    delivery.steps.forEach((step, i) => {
      problems.check(known.has(step.operator), at(where, 'steps', i, 'operator'), `no operator \`${step.operator}\``);
    });
  });
}
