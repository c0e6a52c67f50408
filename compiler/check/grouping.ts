/**
 * GROUP BY and aggregates. Output columns and HAVING are first checked over the columns of FROM, with placeholders for
 * aggregates; then every part that equals a group key becomes that key, and a column that is left over is an error.
 */
import type { Expression as Node, GroupingElement, Select } from '../../grammar/ast.js';
import { spanText, type Span } from '../../grammar/diagnostics/source.js';
import { operandsOf, type Expression } from '../../plan/expression.js';
import { typeToText } from '../../plan/types.js';
import { expressionsEqual } from '../expressions/equal.js';
import { mapOperands } from '../expressions/map.js';
import { typeDiagnostic } from '../messages/types.js';
import type { Placed, TypedAggregate, TypedGrouping, TypedItem, TypedRelation } from '../typed.js';
import type { AggregatePlace, ExpressionContext } from './context.js';
import { isComparable } from './predicates.js';
import type { OutputItem } from './select.js';
import { notSupported } from './unsupported.js';

/** Of a key's text in a message. */
const KEY_SHOWN_MAX = 60;

/** Aggregates of one SELECT, each once. Its placeholder is a column with a negative index: -1, -2, … */
export class GroupingCollector {
  readonly aggregates: TypedAggregate[] = [];

  readonly place: AggregatePlace = {
    kind: 'collect',
    add: (aggregate) => {
      let index = this.aggregates.findIndex((known) => sameAggregate(known, aggregate));
      if (index < 0) index = this.aggregates.push(aggregate) - 1;
      const { field } = aggregate;
      return { kind: 'column', index: -1 - index, name: field.name, type: field.type, nullable: field.nullable };
    },
  };
}

function sameAggregate(a: TypedAggregate, b: TypedAggregate): boolean {
  const same = (x: Expression | null, y: Expression | null): boolean =>
    x === null || y === null ? x === y : expressionsEqual(x, y);
  return (
    a.function === b.function && a.distinct === b.distinct && same(a.argument, b.argument) && same(a.filter, b.filter)
  );
}

export interface GroupingInput {
  readonly items: readonly OutputItem[];
  readonly checked: readonly (Expression | undefined)[];
  /** Null without HAVING, undefined after a report. */
  readonly having: Placed | null | undefined;
  readonly collector: GroupingCollector;
  readonly base: ExpressionContext;
  readonly relation: TypedRelation;
}

export interface GroupingResult {
  readonly grouping: TypedGrouping | null;
  readonly items: readonly (Expression | undefined)[];
  readonly having: Placed | null;
}

/** Undefined after a report that leaves nothing to go on with. */
export function checkGrouping(node: Select, input: GroupingInput): GroupingResult | undefined {
  const { collector, having } = input;
  const isGrouped = node.groupBy.length > 0 || collector.aggregates.length > 0 || node.having !== undefined;
  if (!isGrouped) return { grouping: null, items: input.checked, having: null };
  const keys = checkKeys(node.groupBy, input);
  if (keys === undefined || having === undefined) return undefined;
  const aggregates = named(collector.aggregates, input);
  const rewriter = new GroupRewriter(keys, collector.aggregates, input.base);
  const items = input.checked.map((expression) =>
    expression === undefined ? undefined : rewriter.rewrite(expression),
  );
  const condition = having === null ? null : rewriter.rewrite(having.expression);
  if (condition === undefined) return undefined;
  return {
    grouping: { keys, aggregates, span: node.groupBy[0]?.span ?? node.span },
    items,
    having: having === null || condition === null ? null : { expression: condition, span: having.span },
  };
}

/** An aggregate that is a whole output column has its name; the others are called by their function. */
function named(aggregates: readonly TypedAggregate[], input: GroupingInput): readonly TypedAggregate[] {
  return aggregates.map((aggregate, index) => {
    const item = input.checked.findIndex(
      (expression) => expression?.kind === 'column' && expression.index === -1 - index,
    );
    const name = input.items[item]?.name ?? aggregate.field.name;
    return { ...aggregate, field: { ...aggregate.field, name } };
  });
}

function checkKeys(elements: readonly GroupingElement[], input: GroupingInput): readonly TypedItem[] | undefined {
  const keys: TypedItem[] = [];
  let ok = true;
  const context: ExpressionContext = { ...input.base, aggregates: { kind: 'nowhere', where: 'GROUP BY' } };
  for (const element of elements) {
    const key = checkKey(element, input, context);
    if (key === undefined) ok = false;
    else if (key !== null && !keys.some((known) => expressionsEqual(known.expression, key.expression))) keys.push(key);
  }
  return ok ? keys : undefined;
}

/** Null for `()`, which groups by nothing. */
function checkKey(
  element: GroupingElement,
  input: GroupingInput,
  context: ExpressionContext,
): TypedItem | null | undefined {
  if (element.kind === 'GroupingSets') return notSupported('GROUPING SETS', element.span, context.sink);
  if (element.kind === 'Rollup') return notSupported('ROLLUP', element.span, context.sink);
  if (element.kind === 'Cube') return notSupported('CUBE', element.span, context.sink);
  if (element.kind === 'GroupingSet') {
    return element.items.length === 0 ? null : notSupported('GROUPING SETS', element.span, context.sink);
  }
  if (element.kind === 'NumberLiteral') return ordinal(element.text, element.span, input, context);
  return keyExpression(element, input, context);
}

function ordinal(text: string, span: Span, input: GroupingInput, context: ExpressionContext): TypedItem | undefined {
  const index = /^\d{1,6}$/u.test(text) ? Number(text) - 1 : -1;
  const item = input.items[index];
  if (item === undefined) {
    context.sink.report(typeDiagnostic('ESQL3019', { found: text, count: input.items.length }, { span }));
    return undefined;
  }
  return keyOfItem(item, index, span, input, context);
}

/** A column of FROM goes before an alias of the same name (PostgreSQL). */
function keyExpression(node: Node, input: GroupingInput, context: ExpressionContext): TypedItem | undefined {
  if (node.kind === 'ColumnReference' && node.parts.length === 1) {
    const name = node.parts[0]?.name;
    const isColumn = input.relation.fields.some((field) => field.name === name);
    const index = isColumn ? -1 : input.items.findIndex((item) => item.alias?.name === name);
    const item = input.items[index];
    if (item !== undefined) return keyOfItem(item, index, node.span, input, context);
  }
  const expression = context.check(node, context);
  if (expression === undefined) return undefined;
  return comparableKey({ name: keyName(expression, node, input), expression, span: node.span }, context);
}

function keyOfItem(
  item: OutputItem,
  index: number,
  span: Span,
  input: GroupingInput,
  context: ExpressionContext,
): TypedItem | undefined {
  const expression = input.checked[index];
  if (expression === undefined) return undefined;
  if (hasPlaceholder(expression)) {
    const name = `\`${item.name}\``;
    context.sink.report(typeDiagnostic('ESQL3009', { name, where: 'GROUP BY' }, { span }));
    return undefined;
  }
  const name = expression.kind === 'column' ? expression.name : item.name;
  return comparableKey({ name, expression, span }, context);
}

function comparableKey(key: TypedItem, context: ExpressionContext): TypedItem | undefined {
  if (isComparable(key.expression.type)) return key;
  const found = typeToText(key.expression.type);
  context.sink.report(typeDiagnostic('ESQL3001', { operator: 'GROUP BY', found }, { span: key.span }));
  return undefined;
}

function hasPlaceholder(expression: Expression): boolean {
  if (expression.kind === 'column') return expression.index < 0;
  return operandsOf(expression).some(hasPlaceholder);
}

function keyName(expression: Expression, node: Node, input: GroupingInput): string {
  if (expression.kind === 'column') return expression.name;
  const same = input.checked.findIndex((other) => other !== undefined && expressionsEqual(other, expression));
  return input.items[same]?.name ?? (node.kind === 'FunctionCall' ? node.name.name.toLowerCase() : 'group_key');
}

/** As it is written: the plan's name of a key that is an expression stands nowhere in the text. */
function shownKey({ name, expression, span }: TypedItem): string {
  const text = spanText(span).replace(/\s+/gu, ' ');
  // A position in the list of SELECT says less than the name of the column there.
  if (expression.kind === 'column' || /^\d+$/u.test(text)) return name;
  return text.length <= KEY_SHOWN_MAX ? text : `${text.slice(0, KEY_SHOWN_MAX - 1)}…`;
}

class GroupRewriter {
  readonly #keys: readonly TypedItem[];
  readonly #aggregates: readonly TypedAggregate[];
  readonly #context: ExpressionContext;

  constructor(keys: readonly TypedItem[], aggregates: readonly TypedAggregate[], context: ExpressionContext) {
    this.#keys = keys;
    this.#aggregates = aggregates;
    this.#context = context;
  }

  /** The expression over keys and aggregates; undefined after a report. */
  rewrite(expression: Expression): Expression | undefined {
    const leftOver: Expression[] = [];
    const walk = (part: Expression): Expression => {
      const key = this.#keys.findIndex((candidate) => expressionsEqual(candidate.expression, part));
      const found = this.#keys[key];
      if (found !== undefined) {
        const { type, nullable } = found.expression;
        return { kind: 'column', index: key, name: found.name, type, nullable };
      }
      if (part.kind !== 'column') {
        const mapped = mapOperands(part, walk);
        const span = this.#context.columnSpans.get(part);
        if (span !== undefined) this.#context.columnSpans.set(mapped, span);
        return mapped;
      }
      if (part.index < 0) return { ...part, index: this.#keys.length + (-1 - part.index) };
      leftOver.push(part);
      this.#report(part.name, this.#context.columnSpans.get(part));
      return part;
    };
    const result = walk(expression);
    return leftOver.length > 0 ? undefined : result;
  }

  #report(name: string, span: Span | undefined): void {
    const keys = this.#keys.map(shownKey);
    const facts =
      keys.length === 0
        ? [
            `There is no GROUP BY: ${this.#aggregates.length === 0 ? 'HAVING' : 'an aggregate'} makes all rows one group.`,
          ]
        : [`Grouped by: ${keys.join(', ')}.`];
    const hint = `Add it to GROUP BY, or use an aggregate: MAX(${name}).`;
    this.#context.sink.report(typeDiagnostic('ESQL3008', { name }, { span, facts, hint }));
  }
}
