/** Each kind of operator against its inputs: columns exist, types fit, and the output is what the operator makes. */
import { sinkTraits } from '../connectors/sink-traits.js';
import { typesEqual, typeToText, BIGINT, BOOLEAN, INTERVAL_MICROSECOND, type Field, type Schema } from '../types.js';
import type { Path } from '../codec/codec.js';
import { metadataOrigin } from '../connectors/metadata.js';
import { isRefreshed } from '../connectors/table-options.js';
import { givesChanges } from '../formats/index.js';
import { sameValueColumn } from '../lookups.js';
import { planLimits } from '../limits.js';
import { dispatchOperator, type Operator, type OperatorTable, type OutputShape, type WindowSpec } from '../plan.js';
import { checkConnection } from './connections.js';
import { checkExpression, type FunctionResolver } from './expressions.js';
import { at, type PlanProblems } from './problem.js';

export interface OperatorContext {
  readonly path: Path;
  /** Shapes of the inputs, in order; all of them exist. */
  readonly inputs: readonly OutputShape[];
  /** Whether an operator upstream of this one passes the test. */
  readonly anyUpstream: (test: (operator: Operator) => boolean) => boolean;
  readonly functions: FunctionResolver | undefined;
  readonly problems: PlanProblems;
}

export function checkOperator(operator: Operator, context: OperatorContext): void {
  checkShape(operator.output, at(context.path, 'output'), context.problems);
  dispatchOperator(table, operator, context);
}

/** A shape by itself: names are unique, key and event time name columns. */
function checkShape(shape: OutputShape, path: Path, problems: PlanProblems): void {
  const names = new Set<string>();
  shape.schema.forEach((field, index) => {
    problems.check(!names.has(field.name), at(path, 'schema', index, 'name'), `\`${field.name}\` stands there twice`);
    names.add(field.name);
  });
  (shape.key ?? []).forEach((name, index) => {
    problems.check(names.has(name), at(path, 'key', index), `no column \`${name}\``);
  });
  shape.event_time.forEach((name, index) => {
    const field = shape.schema.find((candidate) => candidate.name === name);
    problems.check(field !== undefined, at(path, 'event_time', index), `no column \`${name}\``);
    problems.check(field === undefined || isTime(field), at(path, 'event_time', index), `\`${name}\` is no timestamp`);
  });
}

const NOTHING: OutputShape = { schema: [], key: null, changelog: 'append', event_time: [] };

function isTime(field: Field): boolean {
  return field.type.kind === 'timestamp' || field.type.kind === 'timestamptz';
}

/** The output's columns are these. `namesToo`: with these names. */
function expectSchema(operator: Operator, expected: Schema, context: OperatorContext, namesToo: boolean): void {
  const path = at(context.path, 'output', 'schema');
  const { schema } = operator.output;
  if (schema.length !== expected.length) {
    context.problems.add(path, `expected ${String(expected.length)} columns, found ${String(schema.length)}`);
    return;
  }
  expected.forEach((field, index) => {
    const found = schema[index];
    if (found === undefined) return;
    const sameName = !namesToo || found.name === field.name;
    if (sameName && typesEqual(found.type, field.type) && found.nullable === field.nullable) return;
    context.problems.add(
      at(path, index),
      `expected ${fieldText(field, namesToo)}, found ${fieldText(found, namesToo)}`,
    );
  });
}

function fieldText(field: Field, withName: boolean): string {
  return `${withName ? `${field.name} ` : ''}${typeToText(field.type)}${field.nullable ? '' : ' NOT NULL'}`;
}

function expectChangelog(operator: Operator, expected: OutputShape['changelog'], context: OperatorContext): void {
  const found = operator.output.changelog;
  const path = at(context.path, 'output', 'changelog');
  context.problems.check(found === expected, path, `expected "${expected}", found "${found}"`);
}

/** The operator passes its input's rows on unchanged. */
function expectSameRows(operator: Operator, input: OutputShape, context: OperatorContext): void {
  expectSchema(operator, input.schema, context, true);
  expectChangelog(operator, input.changelog, context);
}

function columnOf(schema: Schema, index: number, path: Path, problems: PlanProblems): Field | undefined {
  const field = schema[index];
  if (field === undefined) problems.add(path, `no column ${String(index)}: there are ${String(schema.length)} columns`);
  return field;
}

function timeColumn(schema: Schema, index: number, path: Path, problems: PlanProblems): Field | undefined {
  const field = columnOf(schema, index, path, problems);
  if (field === undefined || isTime(field)) return field;
  problems.add(path, `expected a column of type TIMESTAMP or TIMESTAMPTZ, found ${typeToText(field.type)}`);
  return undefined;
}

function checkWindow(window: WindowSpec, path: Path, problems: PlanProblems): void {
  problems.check(window.size_us > 0n, at(path, 'size_us'), 'expected more than 0');
  problems.check(window.slide_us > 0n, at(path, 'slide_us'), 'expected more than 0');
  if (window.size_us <= 0n || window.slide_us <= 0n) return;
  problems.check(
    window.slide_us <= window.size_us,
    at(path, 'slide_us'),
    'larger than the size: rows between windows are lost',
  );
  problems.check(
    window.size_us <= window.slide_us * planLimits.windowsPerRow,
    at(path, 'slide_us'),
    `a row belongs to more than ${String(planLimits.windowsPerRow)} windows`,
  );
}

function windowFields(time: Field): readonly Field[] {
  return ['window_start', 'window_end'].map((name) => ({ name, type: time.type, nullable: false }));
}

function hasWatermark(context: OperatorContext): boolean {
  return context.anyUpstream((ancestor) => ancestor.op === 'watermark');
}

const table: OperatorTable<OperatorContext, void> = {
  source(operator, context) {
    const { path, problems } = context;
    const descriptor = checkConnection(operator, 'source', path, problems);
    expectSchema(
      operator,
      operator.columns.map((column) => column.field),
      context,
      true,
    );
    const changes = givesChanges(operator.format?.name ?? null);
    expectChangelog(operator, changes ? 'changes' : 'append', context);
    operator.columns.forEach((column, index) => {
      if (column.from === 'record') return;
      // The row taken back comes with another record, and so with other metadata, than the row that came.
      problems.check(!changes, at(path, 'columns', index, 'from'), 'a source of changes has no metadata');
      const offered = descriptor?.source?.metadata.find((field) => field.name === column.name);
      const known = descriptor === undefined || (offered !== undefined && metadataOrigin(column.name) !== undefined);
      problems.check(
        known,
        at(path, 'columns', index, 'name'),
        `connector \`${operator.connector}\` has no such metadata`,
      );
      const fits = offered === undefined || typesEqual(offered.type, column.field.type);
      problems.check(
        fits,
        at(path, 'columns', index, 'field', 'type'),
        `not the type of the metadata \`${column.name}\``,
      );
    });
    const records = operator.columns.filter((column) => column.from === 'record');
    if (operator.format?.name === 'raw') {
      const kinds = records.map((column) => column.field.type.kind);
      const fits = kinds.length <= 1 && kinds.every((kind) => kind === 'varchar' || kind === 'varbinary');
      problems.check(fits, at(path, 'columns'), 'the format raw has one column of type VARCHAR or VARBINARY');
    }
  },
  filter(operator, context) {
    const [input = NOTHING] = context.inputs;
    expectSameRows(operator, input, context);
    checkExpression(operator.predicate, at(context.path, 'predicate'), { ...context, schema: input.schema });
    const isBoolean = operator.predicate.type.kind === 'boolean';
    context.problems.check(isBoolean, at(context.path, 'predicate', 'type'), 'expected BOOLEAN');
  },
  project(operator, context) {
    const [input = NOTHING] = context.inputs;
    operator.expressions.forEach((expression, index) => {
      checkExpression(expression, at(context.path, 'expressions', index), { ...context, schema: input.schema });
    });
    const fields = operator.expressions.map(({ type, nullable }) => ({ name: '', type, nullable }));
    expectSchema(operator, fields, context, false);
    expectChangelog(operator, input.changelog, context);
  },
  watermark(operator, context) {
    const [input = NOTHING] = context.inputs;
    const { path, problems } = context;
    problems.check(input.changelog === 'append', path, 'a watermark over rows that change');
    expectSameRows(operator, input, context);
    const hasSource = context.anyUpstream((found) => found.op === 'source' && found.id === operator.source);
    problems.check(hasSource, at(path, 'source'), `no source \`${operator.source}\` before this operator`);
    const field = timeColumn(input.schema, operator.column, at(path, 'column'), problems);
    if (field !== undefined) {
      const named = operator.output.event_time.includes(field.name);
      problems.check(named, at(path, 'output', 'event_time'), `\`${field.name}\` is missing`);
    }
    problems.check(operator.delay_us >= 0n, at(path, 'delay_us'), 'expected 0 or more');
    problems.check(operator.idle_us >= 0n, at(path, 'idle_us'), 'expected 0 or more');
    const timeoutValid = operator.timeout_us === null || operator.timeout_us > 0n;
    problems.check(timeoutValid, at(path, 'timeout_us'), 'expected more than 0');
  },
  window(operator, context) {
    const [input = NOTHING] = context.inputs;
    const field = timeColumn(input.schema, operator.column, at(context.path, 'column'), context.problems);
    checkWindow(operator.window, at(context.path, 'window'), context.problems);
    if (field !== undefined) expectSchema(operator, [...input.schema, ...windowFields(field)], context, true);
    expectChangelog(operator, input.changelog, context);
  },
  late(operator, context) {
    const [input = NOTHING] = context.inputs;
    const { path, problems } = context;
    timeColumn(input.schema, operator.column, at(path, 'column'), problems);
    operator.windows.forEach((window, index) => {
      checkWindow(window, at(path, 'windows', index), problems);
    });
    const lateness: Field = { name: 'lateness', type: INTERVAL_MICROSECOND, nullable: true };
    expectSchema(operator, [...input.schema, lateness], context, true);
    expectChangelog(operator, input.changelog, context);
    problems.check(hasWatermark(context), at(path, 'inputs'), 'no watermark before this operator');
  },
  table(operator, context) {
    const { path, problems } = context;
    checkConnection(operator, 'table', path, problems);
    expectSchema(
      operator,
      operator.columns.map((column) => column.field),
      context,
      true,
    );
    expectChangelog(operator, 'append', context);
    operator.columns.forEach((column, index) => {
      problems.check(column.from === 'record', at(path, 'columns', index, 'from'), 'a table has no metadata');
    });
  },
  lookup: checkLookup,
  aggregate: checkAggregate,
  union(operator, context) {
    const [first = NOTHING] = context.inputs;
    const fields = first.schema.map((field, index) => ({
      ...field,
      nullable: context.inputs.some((input) => input.schema[index]?.nullable === true),
    }));
    context.inputs.forEach((input, index) => {
      const same =
        input.schema.length === fields.length &&
        input.schema.every((field, column) => typesEqual(field.type, fields[column]?.type ?? BOOLEAN));
      context.problems.check(same, at(context.path, 'inputs', index), 'its column types differ from the first input');
    });
    expectSchema(operator, fields, context, false);
    const changes = context.inputs.some((input) => input.changelog === 'changes');
    expectChangelog(operator, changes ? 'changes' : 'append', context);
  },
  sink(operator, context) {
    const [input = NOTHING] = context.inputs;
    const { path, problems } = context;
    expectSameRows(operator, input, context);
    const connector = checkConnection(operator, 'sink', path, problems);
    operator.key.forEach((name, index) => {
      const exists = input.schema.some((field) => field.name === name);
      problems.check(exists, at(path, 'key', index), `no column \`${name}\``);
    });
    problems.check(new Set(operator.key).size === operator.key.length, at(path, 'key'), 'a column stands there twice');
    const traits = connector === undefined ? null : sinkTraits(connector, operator.options);
    if (traits === null) return;
    problems.check(
      traits.keyed === 'optional' || operator.key.length > 0,
      at(path, 'key'),
      'the connector needs a key',
    );
    const ignore = operator.conflict === 'ignore';
    problems.check(!ignore || traits.ignores, at(path, 'conflict'), 'the connector has no "ignore"');
    const revises = input.changelog === 'changes';
    const takes = ignore ? 'rows that never change' : 'appended rows only';
    problems.check(
      !revises || (traits.updates && !ignore),
      at(path, 'inputs', 0),
      `the sink takes ${takes}, the input has changes`,
    );
  },
};

function checkLookup(operator: Extract<Operator, { op: 'lookup' }>, context: OperatorContext): void {
  const [stream = NOTHING, table = NOTHING] = context.inputs;
  const { path, problems } = context;
  const nullable = operator.kind === 'left';
  expectSchema(
    operator,
    [...stream.schema, ...table.schema.map((field) => ({ ...field, nullable: field.nullable || nullable }))],
    context,
    false,
  );
  expectChangelog(operator, stream.changelog, context);
  const refreshed = context.anyUpstream((found) => found.op === 'table' && isRefreshed(found.options));
  problems.check(
    stream.changelog === 'append' || !refreshed,
    at(path, 'inputs', 0),
    'the input has changes, and the table is loaded again',
  );
  operator.keys.forEach((key, index) => {
    const where = at(path, 'keys', index);
    checkExpression(key.stream, at(where, 'stream'), { ...context, schema: stream.schema });
    checkExpression(key.table, at(where, 'table'), { ...context, schema: table.schema });
    problems.check(typesEqual(key.stream.type, key.table.type), where, 'both sides must have one type');
    problems.check(key.stream.type.kind !== 'json', where, 'JSON has no equality');
  });
  const { residual } = operator;
  if (residual !== null) {
    // Two columns of one name are told apart in the output.
    const names = operator.output.schema.map((field) => field.name);
    const schema = [...stream.schema, ...table.schema].map((field, i) => ({ ...field, name: names[i] ?? field.name }));
    checkExpression(residual, at(path, 'residual'), { ...context, schema });
    problems.check(residual.type.kind === 'boolean', at(path, 'residual', 'type'), 'expected BOOLEAN');
  }
  if (operator.matches === 'many') return;
  const covered = new Set(operator.keys.flatMap((key) => sameValueColumn(key.table, table.schema) ?? []));
  const isCovered = table.key !== null && table.key.every((name) => covered.has(name));
  problems.check(isCovered, at(path, 'matches'), "the keys don't cover the table's key");
}

function checkAggregate(operator: Extract<Operator, { op: 'aggregate' }>, context: OperatorContext): void {
  const [input = NOTHING] = context.inputs;
  const { path, problems } = context;
  const { pane } = operator;
  let schema: Schema = input.schema;
  if (pane !== null) {
    checkWindow(pane.window, at(path, 'pane', 'window'), problems);
    const time = timeColumn(input.schema, pane.column, at(path, 'pane', 'column'), problems);
    if (time === undefined) return;
    schema = [...input.schema, ...windowFields(time)];
  }
  const group = operator.group.map((column, index) => columnOf(schema, column, at(path, 'group', index), problems));
  const results = operator.aggregates.map((call, index) => {
    checkCall(call, schema, at(path, 'aggregates', index), problems);
    return call.field;
  });
  expectSchema(operator, [...group.filter((field) => field !== undefined), ...results], context, true);
  for (const bound of ['window_start', 'window_end'] as const) {
    const column = operator[bound];
    if (column === null) continue;
    const field = columnOf(schema, column, at(path, bound), problems);
    problems.check(field === undefined || isTime(field), at(path, bound), 'expected a group column with a timestamp');
    problems.check(operator.group.includes(column), at(path, bound), `column ${String(column)} is not in \`group\``);
  }
  problems.check(
    operator.state.growth !== 'windows' || operator.window_end !== null,
    at(path, 'state', 'growth'),
    'bounded by windows, but no window closes a group',
  );
  if (operator.emit === 'final') {
    problems.check(operator.window_end !== null, at(path, 'emit'), '"final" needs a window that closes');
    problems.check(hasWatermark(context), at(path, 'emit'), '"final" needs a watermark before this operator');
    expectChangelog(operator, 'append', context);
  } else {
    // DISTINCT over rows that only come never takes a row back.
    const distinct = operator.aggregates.length === 0 && operator.group.length > 0 && input.changelog === 'append';
    expectChangelog(operator, distinct ? operator.output.changelog : 'changes', context);
  }
}

type AggregateCallOf = Extract<Operator, { op: 'aggregate' }>['aggregates'][number];

function checkCall(call: AggregateCallOf, schema: Schema, path: Path, problems: PlanProblems): void {
  const filter = call.filter === null ? undefined : columnOf(schema, call.filter, at(path, 'filter'), problems);
  problems.check(
    filter === undefined || filter.type.kind === 'boolean',
    at(path, 'filter'),
    'expected a BOOLEAN column',
  );
  const result = call.field.type;
  if (call.argument === null) {
    problems.check(call.function === 'count', at(path, 'argument'), `${call.function} needs a column`);
    problems.check(!call.distinct, at(path, 'distinct'), 'DISTINCT needs a column');
  }
  const argument = call.argument === null ? undefined : columnOf(schema, call.argument, at(path, 'argument'), problems);
  switch (call.function) {
    case 'count':
      problems.check(typesEqual(result, BIGINT) && !call.field.nullable, at(path, 'field'), 'expected BIGINT NOT NULL');
      return;
    case 'min':
    case 'max':
      if (argument === undefined) return;
      problems.check(
        typesEqual(result, argument.type),
        at(path, 'field', 'type'),
        `expected ${typeToText(argument.type)}`,
      );
      return;
    case 'sum':
    case 'avg': {
      const summable = ['int', 'bigint', 'double', 'decimal', 'interval'];
      const fits = summable.includes(result.kind) && (argument === undefined || summable.includes(argument.type.kind));
      problems.check(fits, at(path, 'field', 'type'), `${call.function} adds numbers`);
      return;
    }
  }
}
