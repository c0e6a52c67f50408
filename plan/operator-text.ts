/** One operator in one line, for EXPLAIN and the DOT graph. */
import type { OptionSpec, OptionSpecs, OptionType } from './connectors/descriptor.js';
import { connectorNamed } from './connectors/index.js';
import { referenceText } from './connectors/options.js';
import { expressionToText, nameToText } from './expression-text.js';
import { formatNamed } from './formats/index.js';
import {
  dispatchOperator,
  type AggregateCall,
  type FormatSpec,
  type Operator,
  type OperatorId,
  type OperatorTable,
  type OptionValue,
  type OptionValues,
  type OutputShape,
  type WindowSpec,
} from './plan.js';
import { typeToText, type Field, type Schema } from './types.js';
import { durationToText } from './units.js';

/** The operators of a plan by id. */
export type OperatorsById = ReadonlyMap<OperatorId, Operator>;

/** What the operator does, without its id and output. */
export function operatorToText(operator: Operator, byId: OperatorsById): string {
  return dispatchOperator(table, operator, byId);
}

/** `key (a, b), changes` */
export function shapeToText(shape: OutputShape): string {
  const key = shape.key === null ? 'no key' : shape.key.length === 0 ? 'one row' : `key ${nameList(shape.key)}`;
  return `${key}, ${shape.changelog}`;
}

export function fieldToText(field: Field): string {
  return `${nameToText(field.name)} ${typeToText(field.type)}${field.nullable ? '' : ' NOT NULL'}`;
}

export function windowToText(window: WindowSpec): string {
  const offset = window.offset_us === 0n ? '' : `, offset ${durationToText(window.offset_us)}`;
  return window.size_us === window.slide_us
    ? `tumble ${durationToText(window.size_us)}${offset}`
    : `hop size ${durationToText(window.size_us)}, slide ${durationToText(window.slide_us)}${offset}`;
}

function nameList(names: readonly string[]): string {
  return `(${names.map(nameToText).join(', ')})`;
}

/** Written without quotes in a query. */
const bareKinds: ReadonlySet<OptionType['kind']> = new Set(['integer', 'duration', 'size']);

function optionToText(value: OptionValue, spec: OptionSpec | undefined): string {
  if (typeof value !== 'string' || (spec !== undefined && bareKinds.has(spec.type.kind))) return referenceText(value);
  return `'${value.replaceAll("'", "''")}'`;
}

function optionsToText(options: OptionValues, specs: OptionSpecs | undefined): string {
  return Object.entries(options)
    .map(([name, value]) => `${name} = ${optionToText(value, specs?.[name])}`)
    .join(', ');
}

function connectionToText(operator: {
  readonly connector: string;
  readonly options: OptionValues;
  readonly format: FormatSpec | null;
}): string {
  const options = optionsToText(operator.options, connectorNamed(operator.connector)?.options);
  const connector = options === '' ? operator.connector : `${operator.connector} (${options})`;
  if (operator.format === null) return connector;
  const formatOptions = optionsToText(operator.format.options, formatNamed(operator.format.name)?.options);
  return `${connector}, format ${operator.format.name}${formatOptions === '' ? '' : ` (${formatOptions})`}`;
}

/** The columns that an operator's indexes refer to. */
export function inputSchema(operator: Operator, byId: OperatorsById): Schema {
  return byId.get(operator.inputs[0]?.from ?? '')?.output.schema ?? [];
}

/** The columns that an aggregate's indexes refer to: those of a merged window come last. */
export function aggregateSchema(operator: Operator & { op: 'aggregate' }, byId: OperatorsById): Schema {
  const schema = inputSchema(operator, byId);
  const time = operator.pane === null ? undefined : schema[operator.pane.column];
  if (time === undefined) return schema;
  return [...schema, ...['window_start', 'window_end'].map((name) => ({ name, type: time.type, nullable: false }))];
}

function columnName(schema: Schema, index: number): string {
  const field = schema[index];
  return field === undefined ? `#${String(index)}` : nameToText(field.name);
}

export function aggregateCallToText(call: AggregateCall, schema: Schema): string {
  const argument = call.argument === null ? '*' : columnName(schema, call.argument);
  const filter = call.filter === null ? '' : ` FILTER (WHERE ${columnName(schema, call.filter)})`;
  return `${call.function.toUpperCase()}(${call.distinct ? 'DISTINCT ' : ''}${argument})${filter}`;
}

const errorText = { fail: '', skip: ', on error skip', into: ', on error into' } as const;

const table: OperatorTable<OperatorsById, string> = {
  source(operator) {
    const metadata = operator.columns.flatMap((column) =>
      column.from === 'metadata' ? [`${nameToText(column.field.name)} from '${column.name}'`] : [],
    );
    const wal = operator.wal === 'auto' ? '' : `, wal ${operator.wal}`;
    const extra = metadata.length === 0 ? '' : `, metadata (${metadata.join(', ')})`;
    return `source ${connectionToText(operator)}${wal}${extra}${errorText[operator.on_error]}`;
  },
  filter: (operator) => `filter ${expressionToText(operator.predicate)}${errorText[operator.on_error]}`,
  project(operator) {
    const columns = operator.expressions.map((expression, index) => {
      const text = expressionToText(expression);
      const name = nameToText(operator.output.schema[index]?.name ?? '');
      return text === name ? name : `${text} AS ${name}`;
    });
    return `project ${columns.join(', ')}${errorText[operator.on_error]}`;
  },
  watermark(operator, byId) {
    const column = columnName(inputSchema(operator, byId), operator.column);
    const timeout = operator.timeout_us === null ? '' : `, timeout ${durationToText(operator.timeout_us)}`;
    const delay = operator.delay_us === 0n ? column : `${column} - ${durationToText(operator.delay_us)}`;
    return `watermark ${delay} of ${operator.source}, idle after ${durationToText(operator.idle_us)}${timeout}`;
  },
  window: (operator, byId) =>
    `window ${windowToText(operator.window)} on ${columnName(inputSchema(operator, byId), operator.column)}`,
  late: (operator, byId) =>
    `late ${columnName(inputSchema(operator, byId), operator.column)} for ${operator.windows.map(windowToText).join('; ')}`,
  table(operator) {
    const key = operator.output.key === null ? '' : `, primary key ${nameList(operator.output.key)}`;
    return `table ${connectionToText(operator)}${key}`;
  },
  lookup(operator, byId) {
    const side = (from: 'stream' | 'table'): string =>
      operator.keys.map((key) => expressionToText(key[from])).join(', ');
    const residual = operator.residual === null ? '' : ` and ${expressionToText(operator.residual)}`;
    const found = byId.get(operator.inputs[1]?.from ?? '');
    const table = found?.op === 'table' ? nameToText(found.table) : '?';
    const matches = operator.matches === 'one' ? ', at most one match' : '';
    const on = `(${side('stream')}) = (${side('table')})${residual}`;
    return `${operator.kind} lookup in ${table} on ${on}${matches}${errorText[operator.on_error]}`;
  },
  aggregate(operator, byId) {
    const schema = aggregateSchema(operator, byId);
    const calls = operator.aggregates.map(
      (call) => `${aggregateCallToText(call, schema)} AS ${nameToText(call.field.name)}`,
    );
    const group = operator.group.map((column) => columnName(schema, column));
    const by = group.length === 0 ? '' : ` by (${group.join(', ')})`;
    const pane =
      operator.pane === null
        ? ''
        : `, ${windowToText(operator.pane.window)} on ${columnName(schema, operator.pane.column)}`;
    return `aggregate${by} ${calls.length === 0 ? 'distinct' : calls.join(', ')}${pane}, emit ${operator.emit}`;
  },
  union: () => 'union all',
  sink(operator) {
    const key = operator.key.length === 0 ? '' : `, key ${nameList(operator.key)}, on conflict ${operator.conflict}`;
    return `sink ${connectionToText(operator)}${key}`;
  },
};
