/** Typed queries as text. */
import { expressionToText } from '../plan/expression-text.js';
import { typeToText, type Field } from '../plan/types.js';
import { windowText } from './logical/print.js';
import type { TypedProgram } from './program.js';
import type { TypedAggregate, TypedItem, TypedQuery, TypedRelation, TypedSelect } from './typed.js';

export function typedToText(program: TypedProgram): string {
  const views = program.views.map(({ name, query }) => `view ${name}\n${queryText(query, 1)}`);
  const streams = program.streams.map(
    ({ name, query, emit }) => `stream ${name} emit ${emit.kind}\n${queryText(query, 1)}`,
  );
  return [...views, ...streams].join('\n');
}

const indent = (depth: number): string => '  '.repeat(depth);

function queryText(query: TypedQuery, depth: number): string {
  if (query.kind === 'select') return selectText(query, depth);
  const inputs = query.inputs.map(({ query: input }) => queryText(input, depth + 1));
  return `${indent(depth)}union${query.all ? ' all' : ''}: ${query.fields.map(fieldText).join(', ')}\n${inputs.join('')}`;
}

function selectText(query: TypedSelect, depth: number): string {
  const lines = [
    `${indent(depth)}select${query.distinct ? ' distinct' : ''}\n`,
    ...query.items.map((item) => `${indent(depth + 1)}${itemText(item)}\n`),
  ];
  if (query.having !== null) lines.push(`${indent(depth)}having ${expressionToText(query.having.expression)}\n`);
  if (query.grouping !== null) {
    lines.push(`${indent(depth)}group\n`);
    lines.push(...query.grouping.keys.map((key) => `${indent(depth + 1)}key ${itemText(key)}\n`));
    lines.push(...query.grouping.aggregates.map((aggregate) => `${indent(depth + 1)}${aggregateText(aggregate)}\n`));
  }
  if (query.where !== null) lines.push(`${indent(depth)}where ${expressionToText(query.where.expression)}\n`);
  lines.push(relationText(query.from, depth));
  return lines.join('');
}

function itemText({ name, expression }: TypedItem): string {
  return `${expressionToText(expression)} AS ${fieldText({ name, type: expression.type, nullable: expression.nullable })}`;
}

function fieldText({ name, type, nullable }: Field): string {
  return `${name} ${typeToText(type)}${nullable ? '' : ' NOT NULL'}`;
}

function aggregateText(aggregate: TypedAggregate): string {
  const argument = aggregate.argument === null ? '*' : expressionToText(aggregate.argument);
  const filter = aggregate.filter === null ? '' : ` FILTER (WHERE ${expressionToText(aggregate.filter)})`;
  const distinct = aggregate.distinct ? 'DISTINCT ' : '';
  return `${aggregate.function.toUpperCase()}(${distinct}${argument})${filter} AS ${fieldText(aggregate.field)}`;
}

function relationText(relation: TypedRelation, depth: number): string {
  const from = `${indent(depth)}from `;
  switch (relation.kind) {
    case 'source':
      return `${from}source ${relation.source.name}\n`;
    case 'errors':
      return `${from}errors of ${relation.sources.map((source) => source.name).join(', ')}\n`;
    case 'late':
      return `${from}late rows of ${relation.source.name}\n`;
    case 'stream':
      return `${from}stream ${relation.name}\n`;
    case 'query':
      return `${from}query\n${queryText(relation.query, depth + 1)}`;
    case 'window': {
      const time = relation.input.fields[relation.time]?.name ?? '';
      return `${from}${windowText(relation.window)} over ${time}\n${relationText(relation.input, depth + 1)}`;
    }
    case 'table':
      return `${from}table ${relation.table.name}\n`;
    case 'lookup': {
      const { join, keys, residual, table, input } = relation;
      const equalities = keys.map((key) => `${expressionToText(key.stream)} = ${expressionToText(key.table)}`);
      const rest = residual === null ? [] : [expressionToText(residual)];
      const on = [...equalities, ...rest].join(' AND ');
      return `${from}${join} lookup in ${table.table.name} on ${on}\n${relationText(input, depth + 1)}`;
    }
    case 'unknown':
      return `${from}an unknown relation\n`;
  }
}
