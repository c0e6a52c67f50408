/** Expressions and types in canonical spelling, with the parentheses that their grouping needs and no others. */
import type {
  Argument,
  Case,
  DurationLiteral,
  Expression,
  FrameBound,
  FunctionCall,
  IntervalLiteral,
  OrderItem,
  TypeNode,
  WindowSpecification,
} from '../ast.js';
import { binaryPrecedence, COMPARISON, IS, MATCH, NOT, OTHER, PRIMARY, SIGN, ZONE } from '../precedence.js';
import { concat, group, indent, join, line, type Doc } from './doc.js';
import { hosted, leading, list, name, names, subquery, text, withTrailing, words, type Printer } from './printer.js';

function precedence(e: Expression): number {
  switch (e.kind) {
    case 'Binary':
      return binaryPrecedence[e.operator];
    case 'Unary':
      return e.operator === 'NOT' ? NOT : SIGN;
    case 'IsNull':
    case 'IsTruth':
    case 'IsJson':
    case 'IsDistinctFrom':
      return IS;
    case 'QuantifiedComparison':
      return COMPARISON;
    case 'Between':
    case 'InList':
    case 'InSubquery':
    case 'Like':
      return MATCH;
    case 'AtTimeZone':
      return ZONE;
    case 'NumberLiteral':
    case 'StringLiteral':
    case 'BooleanLiteral':
    case 'NullLiteral':
    case 'DateTimeLiteral':
    case 'DurationLiteral':
    case 'IntervalLiteral':
    case 'ColumnReference':
    case 'Star':
    case 'Case':
    case 'Cast':
    case 'FunctionCall':
    case 'ArrayConstructor':
    case 'MapConstructor':
    case 'RowConstructor':
    case 'Subscript':
    case 'FieldAccess':
    case 'ScalarSubquery':
    case 'Exists':
      return PRIMARY;
  }
}

function parenthesised(doc: Doc): Doc {
  return concat('(', doc, ')');
}

/** The expression as an operand of an operator that takes at least `minimum`. */
export function operand(p: Printer, e: Expression, minimum: number): Doc {
  const doc = printExpression(p, e);
  return precedence(e) < minimum ? parenthesised(doc) : doc;
}

export function duration(d: DurationLiteral): string {
  return `${String(d.amount)}${d.unit}`;
}

function interval(i: IntervalLiteral): string {
  if (i.microseconds === 0n) return `INTERVAL '${String(i.months)}' MONTH`;
  return `INTERVAL '${String(i.months)} months ${String(i.microseconds)} microseconds'`;
}

function not(negated: boolean, words: string): string {
  return negated ? `NOT ${words}` : words;
}

function is(negated: boolean, words: string): string {
  return `IS ${not(negated, words)}`;
}

export function printExpression(p: Printer, e: Expression): Doc {
  switch (e.kind) {
    case 'NumberLiteral':
      return e.text;
    case 'StringLiteral':
      return text(e.value);
    case 'BooleanLiteral':
      return e.value ? 'TRUE' : 'FALSE';
    case 'NullLiteral':
      return 'NULL';
    case 'DateTimeLiteral':
      return `${e.type} ${text(e.text)}`;
    case 'DurationLiteral':
      return duration(e);
    case 'IntervalLiteral':
      return interval(e);
    case 'ColumnReference':
      return e.parts.map(name).join('.');
    case 'Star':
      return e.qualifier === undefined ? '*' : `${name(e.qualifier)}.*`;
    case 'Unary':
      return unary(p, e.operator, e.operand);
    case 'Binary':
      return binary(p, e);
    case 'Between': {
      const bounds = [operand(p, e.low, OTHER), operand(p, e.high, OTHER)];
      const keyword = `${not(e.negated, 'BETWEEN')}${e.symmetric ? ' SYMMETRIC' : ''}`;
      return words(operand(p, e.operand, MATCH), keyword, join(' AND ', bounds));
    }
    case 'InList': {
      const items = list(
        '(',
        e.items.map((item) => printExpression(p, item)),
        ')',
      );
      return words(operand(p, e.operand, MATCH), not(e.negated, 'IN'), items);
    }
    case 'InSubquery':
      return words(operand(p, e.operand, MATCH), not(e.negated, 'IN'), subquery(p, e.query));
    case 'Like': {
      const escape = e.escape && concat('ESCAPE ', operand(p, e.escape, OTHER));
      return words(operand(p, e.operand, MATCH), not(e.negated, e.operator), operand(p, e.pattern, OTHER), escape);
    }
    case 'IsNull':
      return words(operand(p, e.operand, IS), is(e.negated, 'NULL'));
    case 'IsTruth':
      return words(operand(p, e.operand, IS), is(e.negated, e.truth));
    case 'IsJson':
      return words(operand(p, e.operand, IS), is(e.negated, e.jsonKind === 'VALUE' ? 'JSON' : `JSON ${e.jsonKind}`));
    case 'IsDistinctFrom':
      return words(operand(p, e.left, IS), is(e.negated, 'DISTINCT FROM'), operand(p, e.right, COMPARISON));
    case 'Case':
      return printCase(p, e);
    case 'Cast':
      return concat(e.safe ? 'TRY_CAST(' : 'CAST(', printExpression(p, e.operand), ' AS ', printType(e.type), ')');
    case 'FunctionCall':
      return printCall(p, e);
    case 'AtTimeZone':
      return words(operand(p, e.operand, ZONE), 'AT TIME ZONE', operand(p, e.zone, SIGN));
    case 'ArrayConstructor':
      return list(
        'ARRAY[',
        e.items.map((item) => printExpression(p, item)),
        ']',
      );
    case 'MapConstructor': {
      const entries = e.entries.flatMap(({ key, value }) => [
        concat(printExpression(p, key), ', ', printExpression(p, value)),
      ]);
      return list('MAP[', entries, ']');
    }
    case 'RowConstructor':
      return printRow(p, e.items, e.items.length < 2);
    case 'Subscript':
      return concat(postfixOperand(p, e.operand, false), '[', printExpression(p, e.index), ']');
    case 'FieldAccess':
      return concat(postfixOperand(p, e.operand, true), '.', name(e.field));
    case 'ScalarSubquery':
      return subquery(p, e.query);
    case 'Exists':
      return concat('EXISTS ', subquery(p, e.query));
    case 'QuantifiedComparison': {
      const right = e.right.kind === 'Query' ? subquery(p, e.right) : parenthesised(printExpression(p, e.right));
      return words(operand(p, e.left, MATCH), e.operator, e.quantifier, right);
    }
  }
}

function printRow(p: Printer, items: readonly Expression[], named: boolean): Doc {
  return list(
    named ? 'ROW(' : '(',
    items.map((item) => printExpression(p, item)),
    ')',
  );
}

function unary(p: Printer, operator: '-' | '+' | 'NOT', e: Expression): Doc {
  if (operator === 'NOT') return concat('NOT ', operand(p, e, NOT));
  // Two minus signs without a blank would start a comment.
  const signed = e.kind === 'Unary' && e.operator !== 'NOT';
  return concat(operator, signed ? ' ' : '', operand(p, e, SIGN));
}

/** A chain of one precedence breaks as a whole, before its operators. */
function binary(p: Printer, e: Extract<Expression, { kind: 'Binary' }>): Doc {
  const own = binaryPrecedence[e.operator];
  const rights: Doc[] = [];
  let rest = e as Expression;
  while (rest.kind === 'Binary' && binaryPrecedence[rest.operator] === own) {
    rights.unshift(concat(line, rest.operator, ' ', rightOperand(p, rest, own)));
    rest = rest.left;
    if (own === COMPARISON) break;
  }
  // `(a, b) -> …` would be a lambda where it is an argument.
  const first =
    own === OTHER && rest.kind === 'RowConstructor'
      ? printRow(p, rest.items, true)
      : operand(p, rest, own === COMPARISON ? own + 1 : own);
  return group(first, indent(...rights));
}

function rightOperand(p: Printer, e: Extract<Expression, { kind: 'Binary' }>, own: number): Doc {
  const { right } = e;
  // `= ANY (x)` would compare with all elements of x; here `any` is a function of that name.
  const quantifier = right.kind === 'FunctionCall' && !right.name.quoted && ['any', 'some'].includes(right.name.name);
  if (own === COMPARISON && quantifier) return parenthesised(printExpression(p, right));
  return operand(p, right, own + 1);
}

function postfixOperand(p: Printer, e: Expression, field: boolean): Doc {
  const constructor =
    e.kind === 'ColumnReference' && e.parts.length === 1 && /^(?:array|map)$/u.test(e.parts[0]?.name ?? '');
  const plain =
    e.kind === 'Subscript' ||
    e.kind === 'FieldAccess' ||
    e.kind === 'Cast' ||
    e.kind === 'ArrayConstructor' ||
    e.kind === 'MapConstructor' ||
    e.kind === 'RowConstructor' ||
    e.kind === 'ScalarSubquery' ||
    (e.kind === 'FunctionCall' && e.over === undefined) ||
    (e.kind === 'ColumnReference' && !field && !constructor);
  return plain ? printExpression(p, e) : parenthesised(printExpression(p, e));
}

function printCase(p: Printer, e: Case): Doc {
  const branches = e.branches.map((branch) => {
    const doc = concat('WHEN ', printExpression(p, branch.when), ' THEN ', printExpression(p, branch.then));
    return concat(line, hosted(p, branch, doc));
  });
  const head = e.operand === undefined ? 'CASE' : concat('CASE ', printExpression(p, e.operand));
  const otherwise =
    e.otherwise === undefined
      ? ''
      : concat(
          line,
          leading(p, e.otherwise),
          withTrailing(p, e.otherwise, concat('ELSE ', printExpression(p, e.otherwise))),
        );
  return group(head, indent(...branches, otherwise), line, 'END');
}

const withoutParentheses: ReadonlySet<string> = new Set(['current_timestamp', 'current_date', 'current_time']);

function printCall(p: Printer, e: FunctionCall): Doc {
  const called = e.name.quoted ? name(e.name) : e.name.name.toUpperCase();
  if (!e.name.quoted && withoutParentheses.has(e.name.name) && e.arguments.length === 0) return called;
  const [first, second] = e.arguments;
  const field = first?.kind === 'StringLiteral' && /^[a-z_]+$/u.test(first.value) ? first.value : undefined;
  let args: Doc;
  if (called === 'EXTRACT' && field !== undefined && second !== undefined) {
    args = concat('(', field.toUpperCase(), ' FROM ', printArgument(p, second), ')');
  } else {
    const items = e.arguments.map((argument) => printArgument(p, argument));
    const order = e.orderBy.length === 0 ? undefined : orderBy(p, e.orderBy);
    const last = items.at(-1);
    const ordered =
      order === undefined ? items : [...items.slice(0, -1), last === undefined ? order : words(last, order)];
    args = list(e.distinct ? '(DISTINCT ' : '(', ordered, ')');
  }
  return words(
    concat(called, args),
    e.withinGroup.length === 0 ? undefined : concat('WITHIN GROUP (', orderBy(p, e.withinGroup), ')'),
    e.filter && concat('FILTER (WHERE ', printExpression(p, e.filter), ')'),
    e.nullTreatment,
    e.over && concat('OVER ', e.over.kind === 'Identifier' ? name(e.over) : windowSpecification(p, e.over)),
  );
}

export function printArgument(p: Printer, argument: Argument): Doc {
  if (argument.kind === 'NamedArgument') return concat(name(argument.name), ' => ', printExpression(p, argument.value));
  if (argument.kind === 'Lambda') {
    const [only] = argument.parameters;
    const head =
      argument.parameters.length === 1 && only !== undefined ? name(only) : `(${names(argument.parameters)})`;
    // A string or a number right behind the arrow would make it the operator that takes a field out of JSON.
    const start = leftmost(argument.body);
    const body = printExpression(p, argument.body);
    const literal = start.kind === 'StringLiteral' || start.kind === 'NumberLiteral';
    return concat(head, ' -> ', literal ? parenthesised(body) : body);
  }
  return looksLikeLambda(argument) ? parenthesised(printExpression(p, argument)) : printExpression(p, argument);
}

/** What an expression is to the right of, step by step. */
function leftOf(e: Expression): Expression | undefined {
  if (e.kind === 'Binary' || e.kind === 'IsDistinctFrom' || e.kind === 'QuantifiedComparison') return e.left;
  if (e.kind === 'Subscript' || e.kind === 'FieldAccess' || e.kind === 'AtTimeZone') return e.operand;
  if (e.kind === 'Between' || e.kind === 'InList' || e.kind === 'InSubquery' || e.kind === 'Like') return e.operand;
  if (e.kind === 'IsNull' || e.kind === 'IsTruth' || e.kind === 'IsJson') return e.operand;
  return undefined;
}

function leftmost(e: Expression): Expression {
  let at = e;
  for (let next = leftOf(at); next !== undefined; next = leftOf(at)) at = next;
  return at;
}

/** `doc -> field` as an argument reads as a lambda unless it stands in parentheses. */
function looksLikeLambda(e: Expression): boolean {
  for (let at: Expression | undefined = e; at !== undefined; at = leftOf(at)) {
    if (
      at.kind === 'Binary' &&
      at.operator === '->' &&
      at.left.kind === 'ColumnReference' &&
      at.left.parts.length === 1
    ) {
      const start = leftmost(at.right);
      return start.kind !== 'StringLiteral' && start.kind !== 'NumberLiteral';
    }
  }
  return false;
}

export function orderBy(p: Printer, items: readonly OrderItem[]): Doc {
  const docs = items.map((item) =>
    words(
      printExpression(p, item.expression),
      item.descending ? 'DESC' : undefined,
      item.nulls === undefined ? undefined : `NULLS ${item.nulls}`,
    ),
  );
  return concat('ORDER BY ', join(', ', docs));
}

export function windowSpecification(p: Printer, w: WindowSpecification): Doc {
  const partition = w.partitionBy.map((e) => printExpression(p, e));
  const frame = w.frame;
  return concat(
    '(',
    words(
      w.base && name(w.base),
      partition.length === 0 ? undefined : concat('PARTITION BY ', join(', ', partition)),
      w.orderBy.length === 0 ? undefined : orderBy(p, w.orderBy),
      frame && frame.end === undefined ? words(frame.unit, frameBound(p, frame.start)) : undefined,
      frame?.end && words(frame.unit, 'BETWEEN', frameBound(p, frame.start), 'AND', frameBound(p, frame.end)),
      frame?.exclude && `EXCLUDE ${frame.exclude}`,
    ),
    ')',
  );
}

function frameBound(p: Printer, b: FrameBound): Doc {
  return words(b.offset && operand(p, b.offset, SIGN), b.bound);
}

export function printType(type: TypeNode): string {
  switch (type.kind) {
    case 'SimpleType':
      return type.parameter === undefined ? type.name : `${type.name}(${String(type.parameter)})`;
    case 'DecimalType': {
      const numbers = [type.precision, type.scale].filter((number) => number !== undefined);
      return numbers.length === 0 ? 'DECIMAL' : `DECIMAL(${numbers.join(', ')})`;
    }
    case 'ArrayType':
      return `ARRAY<${printType(type.element)}>`;
    case 'MapType':
      return `MAP<${printType(type.key)}, ${printType(type.value)}>`;
    case 'RowType':
      return `ROW<${type.fields.map((f) => `${name(f.name)} ${printType(f.type)}${f.notNull ? ' NOT NULL' : ''}`).join(', ')}>`;
  }
}
