/**
 * What changed between two versions of one operator, in what it means. Columns are compared by name: an operator that
 * reads the same columns at other positions is the same operator.
 */
import { connectorNamed } from './connectors/index.js';
import type { ConnectorRole } from './connectors/descriptor.js';
import { referenceText } from './connectors/options.js';
import { expressionToText } from './expression-text.js';
import {
  aggregateCallToText,
  aggregateSchema,
  inputSchema,
  windowToText,
  type OperatorsById,
} from './operator-text.js';
import type {
  LookupOperator,
  Operator,
  OperatorKind,
  OperatorOf,
  OptionValues,
  SinkOperator,
  SourceOperator,
  TableOperator,
} from './plan.js';
import { typeToText, type Field, type Schema } from './types.js';
import { durationToText } from './units.js';

/**
 * `keeps`: the state still means the same. `replays`: it doesn't. `breaks`: the target or its positions can't be taken
 * over.
 */
export interface OperatorChange {
  readonly effect: 'keeps' | 'replays' | 'breaks';
  /** Whether the operator's output rows differ for the same input. */
  readonly otherRows: boolean;
  readonly reason: string;
}

export interface ComparedSides {
  readonly before: OperatorsById;
  readonly after: OperatorsById;
}

type Compare<K extends OperatorKind> = (
  before: OperatorOf<K>,
  after: OperatorOf<K>,
  sides: ComparedSides,
) => readonly OperatorChange[];

/** The changes of an operator that both plans have under the same id; empty for none. */
export function operatorChanges(before: Operator, after: Operator, sides: ComparedSides): readonly OperatorChange[] {
  if (before.op !== after.op) return [change('breaks', true, `was ${before.op}, is ${after.op}`)];
  // `before` has the kind of `after`, as just checked; the table has one comparison for each kind.
  const compare = table[after.op] as (a: Operator, b: Operator, sides: ComparedSides) => readonly OperatorChange[];
  return [...inputChanges(before, after), ...compare(before, after, sides)];
}

function change(effect: OperatorChange['effect'], otherRows: boolean, reason: string): OperatorChange {
  return { effect, otherRows, reason };
}

/** One change, if the texts differ. */
function changed(
  effect: OperatorChange['effect'],
  otherRows: boolean,
  what: string,
  before: string,
  after: string,
): readonly OperatorChange[] {
  return before === after ? [] : [change(effect, otherRows, `${what}: was ${before}, is ${after}`)];
}

function inputChanges(before: Operator, after: Operator): readonly OperatorChange[] {
  const inputs = (operator: Operator): string =>
    operator.inputs.map((input) => (input.output === 'rows' ? input.from : `${input.from} errors`)).join(', ');
  const stateful = after.op === 'aggregate' || after.op === 'watermark';
  return changed(stateful ? 'replays' : 'keeps', true, 'input', inputs(before), inputs(after));
}

/** Options that say where something is, or how fast; every other option changes what is read. */
const connectionOptions: ReadonlySet<string> = new Set(['follow', 'rate', 'host', 'port']);

/** A table is loaded again where it is another one: that by itself is no change of state. */
function keepsState(role: ConnectorRole, option: string): boolean {
  switch (role) {
    case 'sink':
      return option !== 'partition_by';
    case 'source':
      return connectionOptions.has(option);
    case 'table':
      return true;
  }
}

function optionChanges(
  before: OptionValues,
  after: OptionValues,
  role: ConnectorRole,
  connector: string,
): readonly OperatorChange[] {
  const specs = connectorNamed(connector)?.options ?? {};
  const textOf = (values: OptionValues, name: string): string =>
    Object.hasOwn(values, name) ? referenceText(values[name]) : (specs[name]?.fallback ?? 'not given');
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    // A sink that moved has to take its rows along; where its progress is missing the driver refuses by itself.
    const keeps = keepsState(role, name);
    const otherRows = role === 'table' ? name !== 'refresh' : !keeps;
    return changed(keeps ? 'keeps' : 'replays', otherRows, name, textOf(before, name), textOf(after, name));
  });
}

type ConnectedOperator = SourceOperator | SinkOperator | TableOperator;

const formatEffects = { source: 'replays', sink: 'breaks', table: 'keeps' } as const;

function formatChanges(before: ConnectedOperator, after: ConnectedOperator): readonly OperatorChange[] {
  const text = ({ format }: ConnectedOperator): string => {
    if (format === null) return 'none';
    const options = Object.entries(format.options).map(([name, value]) => `${name} = ${referenceText(value)}`);
    return [format.name, ...options].join(' ');
  };
  return changed(formatEffects[after.op], true, 'format', text(before), text(after));
}

function fieldText(field: Field): string {
  return `${typeToText(field.type)}${field.nullable ? '' : ' NOT NULL'}`;
}

/**
 * Columns by name: new ones do no harm, changed ones give other rows. Removed ones were not needed, or their readers
 * changed.
 */
function columnChanges(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly OperatorChange[] {
  const changes: OperatorChange[] = [];
  for (const [name, text] of after) {
    const old = before.get(name);
    if (old === undefined) changes.push(change('keeps', false, `column ${name} is new`));
    else changes.push(...changed('keeps', true, `column ${name}`, old, text));
  }
  for (const name of before.keys()) {
    if (!after.has(name)) changes.push(change('keeps', false, `column ${name} is gone`));
  }
  return changes;
}

function columnName(schema: Schema, index: number | null): string {
  return index === null ? 'none' : (schema[index]?.name ?? `#${String(index)}`);
}

function duration(value_us: bigint | null): string {
  return value_us === null ? 'never' : durationToText(value_us);
}

const table: { readonly [K in OperatorKind]: Compare<K> } = {
  source(before, after) {
    if (before.connector !== after.connector) {
      return [change('breaks', true, `connector: was ${before.connector}, is ${after.connector}`)];
    }
    return [
      ...optionChanges(before.options, after.options, 'source', after.connector),
      ...formatChanges(before, after),
      ...columnChanges(columnTexts(before), columnTexts(after)),
      ...changed('keeps', true, 'on error', before.on_error, after.on_error),
      ...changed('keeps', false, 'wal', before.wal, after.wal),
    ];
  },
  filter: (before, after) => [
    ...changed('keeps', true, 'predicate', expressionToText(before.predicate), expressionToText(after.predicate)),
    ...changed('keeps', true, 'on error', before.on_error, after.on_error),
  ],
  project(before, after) {
    const columns = (operator: OperatorOf<'project'>): ReadonlyMap<string, string> =>
      new Map(
        operator.output.schema.map((field, index) => {
          const expression = operator.expressions[index];
          const text = expression === undefined ? '' : expressionToText(expression);
          return [field.name, `${text} ${fieldText(field)}`];
        }),
      );
    return [
      ...columnChanges(columns(before), columns(after)),
      ...changed('keeps', true, 'on error', before.on_error, after.on_error),
    ];
  },
  watermark: (before, after, sides) => [
    ...changed('replays', true, 'source', before.source, after.source),
    ...changed(
      'replays',
      true,
      'column',
      columnName(inputSchema(before, sides.before), before.column),
      columnName(inputSchema(after, sides.after), after.column),
    ),
    // The watermark itself never goes back, whatever the delay.
    ...changed('keeps', false, 'delay', duration(before.delay_us), duration(after.delay_us)),
    ...changed('keeps', false, 'idle after', duration(before.idle_us), duration(after.idle_us)),
    ...changed('keeps', false, 'timeout', duration(before.timeout_us), duration(after.timeout_us)),
  ],
  window: (before, after, sides) => [
    ...changed('keeps', true, 'window', windowToText(before.window), windowToText(after.window)),
    ...changed(
      'keeps',
      true,
      'column',
      columnName(inputSchema(before, sides.before), before.column),
      columnName(inputSchema(after, sides.after), after.column),
    ),
  ],
  late: (before, after, sides) => [
    ...changed(
      'keeps',
      true,
      'windows',
      before.windows.map(windowToText).join('; '),
      after.windows.map(windowToText).join('; '),
    ),
    ...changed(
      'keeps',
      true,
      'column',
      columnName(inputSchema(before, sides.before), before.column),
      columnName(inputSchema(after, sides.after), after.column),
    ),
  ],
  table: (before, after) => [
    ...changed('keeps', true, 'connector', before.connector, after.connector),
    ...optionChanges(before.options, after.options, 'table', after.connector),
    ...formatChanges(before, after),
    // With other columns it is loaded again, and what it holds may have changed since.
    ...columnChanges(columnTexts(before), columnTexts(after)).map((each) => ({ ...each, otherRows: true })),
    ...changed('keeps', true, 'primary key', keyText(before), keyText(after)),
  ],
  lookup: (before, after) => [
    ...changed('keeps', true, 'kind', before.kind, after.kind),
    ...changed('keeps', true, 'condition', conditionText(before), conditionText(after)),
    ...changed('keeps', true, 'on error', before.on_error, after.on_error),
  ],
  aggregate: aggregateChanges,
  union: () => [],
  sink(before, after) {
    if (before.connector !== after.connector) {
      return [change('breaks', true, `connector: was ${before.connector}, is ${after.connector}`)];
    }
    return [
      ...optionChanges(before.options, after.options, 'sink', after.connector),
      ...formatChanges(before, after),
      ...changed('breaks', true, 'key', before.key.join(', '), after.key.join(', ')),
      ...changed('breaks', true, 'on conflict', before.conflict, after.conflict),
      ...changed('breaks', true, 'columns', schemaText(before.output.schema), schemaText(after.output.schema)),
    ];
  },
};

/** Columns of a source or table by name, with their types and where they come from. */
function columnTexts({ columns }: SourceOperator | TableOperator): ReadonlyMap<string, string> {
  return new Map(
    columns.map((column) => [column.field.name, `${fieldText(column.field)} from ${column.from} '${column.name}'`]),
  );
}

function keyText({ output }: TableOperator): string {
  return output.key?.join(', ') ?? 'none';
}

function conditionText({ keys, residual }: LookupOperator): string {
  const parts = keys.map(({ stream, table: other }) => `${expressionToText(stream)} = ${expressionToText(other)}`);
  return [...parts, ...(residual === null ? [] : [expressionToText(residual)])].join(' AND ');
}

function schemaText(schema: Schema): string {
  return schema.map((field) => `${field.name} ${fieldText(field)}`).join(', ');
}

function aggregateChanges(
  before: OperatorOf<'aggregate'>,
  after: OperatorOf<'aggregate'>,
  sides: ComparedSides,
): readonly OperatorChange[] {
  const schemas = [aggregateSchema(before, sides.before), aggregateSchema(after, sides.after)] as const;
  const groupText = (operator: OperatorOf<'aggregate'>, schema: Schema): string =>
    operator.group
      .map((column) => {
        const field = schema[column];
        return field === undefined ? `#${String(column)}` : `${field.name} ${fieldText(field)}`;
      })
      .join(', ') || 'none';
  const callText = (operator: OperatorOf<'aggregate'>, schema: Schema): string =>
    operator.aggregates
      .map((call) => {
        const argument = call.argument === null ? undefined : schema[call.argument];
        const type = argument === undefined ? '' : ` of ${typeToText(argument.type)}`;
        return `${aggregateCallToText(call, schema)}${type} AS ${call.field.name} ${fieldText(call.field)}`;
      })
      .join(', ') || 'distinct';
  const paneText = ({ pane }: OperatorOf<'aggregate'>, schema: Schema): string =>
    pane === null ? 'none' : `${windowToText(pane.window)} on ${columnName(schema, pane.column)}`;
  return [
    ...changed('replays', true, 'group', groupText(before, schemas[0]), groupText(after, schemas[1])),
    ...changed('replays', true, 'aggregates', callText(before, schemas[0]), callText(after, schemas[1])),
    ...changed('replays', true, 'window', paneText(before, schemas[0]), paneText(after, schemas[1])),
    ...changed(
      'replays',
      true,
      'window end',
      columnName(schemas[0], before.window_end),
      columnName(schemas[1], after.window_end),
    ),
    ...changed('replays', true, 'emit', before.emit, after.emit),
  ];
}
