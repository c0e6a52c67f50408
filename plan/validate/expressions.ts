/** Typed expressions against the schema they read: types, literals, calls, and no NULL where none is declared. */
import type { Path } from '../codec/codec.js';
import { dispatchExpression, operandsOf, type Expression, type ExpressionTable } from '../expression.js';
import type { FunctionOverload } from '../functions/function.js';
import { planLimits } from '../limits.js';
import { literalToValue } from '../literals.js';
import {
  BOOLEAN,
  DOUBLE,
  TIMESTAMPTZ,
  typesEqual,
  typeToText,
  VARCHAR,
  type Schema,
  type SqlType,
  type TypeKind,
} from '../types.js';
import { at, type PlanProblems } from './problem.js';

/**
 * The overload that a typed call stands for; the catalogue is handed in, so that a plan can be read without loading it.
 */
export type FunctionResolver = (name: string, argumentTypes: readonly SqlType[]) => FunctionOverload | undefined;

export interface ExpressionContext {
  readonly schema: Schema;
  readonly functions: FunctionResolver | undefined;
  readonly problems: PlanProblems;
}

interface NodeContext extends ExpressionContext {
  readonly path: Path;
}

/** Reports what is inconsistent in an expression over `schema`. */
export function checkExpression(expression: Expression, path: Path, context: ExpressionContext): void {
  if (depthOf(expression) > planLimits.depth) {
    context.problems.add(path, `nested more than ${String(planLimits.depth)} levels deep`);
    return;
  }
  checkNode(expression, path, context);
}

/** Levels of an expression, without recursion: the one who calls may not know yet that it is small. */
function depthOf(expression: Expression): number {
  let level: readonly Expression[] = [expression];
  let depth = 0;
  while (level.length > 0 && depth <= planLimits.depth) {
    level = level.flatMap(operandsOf);
    depth += 1;
  }
  return depth;
}

function checkNode(expression: Expression, path: Path, context: ExpressionContext): void {
  const mayBeNull = dispatchExpression(table, expression, { ...context, path });
  if (mayBeNull && !expression.nullable) context.problems.add(at(path, 'nullable'), 'is false, but it can be NULL');
  for (const [step, operand] of namedOperands(expression)) checkNode(operand, at(path, ...step), context);
}

/** The operands with the way to them, as it stands in JSON. */
function namedOperands(expression: Expression): readonly (readonly [readonly (string | number)[], Expression])[] {
  switch (expression.kind) {
    case 'column':
    case 'literal':
    case 'batch_value':
      return [];
    case 'arithmetic':
    case 'comparison':
      return [
        [['left'], expression.left],
        [['right'], expression.right],
      ];
    case 'negate':
    case 'not':
    case 'is_null':
    case 'cast':
      return [[['operand'], expression.operand]];
    case 'logical':
    case 'coalesce':
      return expression.operands.map((operand, index) => [['operands', index], operand] as const);
    case 'case':
      return [
        ...expression.branches.flatMap(
          (branch, index) =>
            [
              [['branches', index, 'when'], branch.when],
              [['branches', index, 'then'], branch.then],
            ] as const,
        ),
        [['otherwise'], expression.otherwise],
      ];
    case 'in':
      return [
        [['operand'], expression.operand],
        ...expression.list.map((operand, index) => [['list', index], operand] as const),
      ];
    case 'call':
      return expression.arguments.map((operand, index) => [['arguments', index], operand] as const);
  }
}

const NUMERIC: readonly TypeKind[] = ['int', 'bigint', 'double', 'decimal'];

function expectType(
  actual: SqlType,
  expected: SqlType,
  context: NodeContext,
  ...steps: readonly (string | number)[]
): void {
  if (typesEqual(actual, expected)) return;
  context.problems.add(
    at(context.path, ...steps, 'type'),
    `expected ${typeToText(expected)}, found ${typeToText(actual)}`,
  );
}

/** One handler per kind: checks the node itself and says whether it can be NULL. */
const table: ExpressionTable<NodeContext, boolean> = {
  column(expression, context) {
    const field = context.schema[expression.index];
    if (field === undefined) {
      const found = `there are ${String(context.schema.length)} columns`;
      context.problems.add(at(context.path, 'index'), `no column ${String(expression.index)}: ${found}`);
      return false;
    }
    expectType(expression.type, field.type, context);
    if (expression.name !== field.name) {
      context.problems.add(at(context.path, 'name'), `column ${String(expression.index)} is \`${field.name}\``);
    }
    return field.nullable;
  },
  literal(expression, context) {
    if (literalToValue(expression.value, expression.type) === undefined) {
      context.problems.add(at(context.path, 'value'), `no canonical ${typeToText(expression.type)}`);
    }
    return expression.value === null;
  },
  arithmetic(expression, context) {
    const { left, right, type } = expression;
    const sameKind = left.type.kind === type.kind && right.type.kind === type.kind;
    if (!sameKind || !NUMERIC.includes(type.kind)) {
      const found = `${typeToText(left.type)} and ${typeToText(right.type)} to ${typeToText(type)}`;
      context.problems.add(context.path, `expected two numbers and a result of one kind, found ${found}`);
    }
    return left.nullable || right.nullable;
  },
  negate(expression, context) {
    const { operand, type } = expression;
    if (!NUMERIC.includes(type.kind) && type.kind !== 'interval') {
      context.problems.add(at(context.path, 'type'), `${typeToText(type)} can't be negated`);
    }
    expectType(operand.type, type, context, 'operand');
    return operand.nullable;
  },
  comparison(expression, context) {
    const { left, right, operator } = expression;
    expectType(expression.type, BOOLEAN, context);
    expectType(right.type, left.type, context, 'right');
    return operator !== 'distinct' && operator !== 'not_distinct' && (left.nullable || right.nullable);
  },
  logical(expression, context) {
    expectType(expression.type, BOOLEAN, context);
    expression.operands.forEach((operand, index) => {
      expectType(operand.type, BOOLEAN, context, 'operands', index);
    });
    return expression.operands.some((operand) => operand.nullable);
  },
  not(expression, context) {
    expectType(expression.type, BOOLEAN, context);
    expectType(expression.operand.type, BOOLEAN, context, 'operand');
    return expression.operand.nullable;
  },
  is_null(expression, context) {
    expectType(expression.type, BOOLEAN, context);
    return false;
  },
  case(expression, context) {
    const { branches, otherwise, type } = expression;
    branches.forEach((branch, index) => {
      expectType(branch.when.type, BOOLEAN, context, 'branches', index, 'when');
      expectType(branch.then.type, type, context, 'branches', index, 'then');
    });
    expectType(otherwise.type, type, context, 'otherwise');
    return otherwise.nullable || branches.some((branch) => branch.then.nullable);
  },
  coalesce(expression, context) {
    expression.operands.forEach((operand, index) => {
      expectType(operand.type, expression.type, context, 'operands', index);
    });
    return expression.operands.every((operand) => operand.nullable);
  },
  cast(expression) {
    return expression.operand.nullable;
  },
  in(expression, context) {
    expectType(expression.type, BOOLEAN, context);
    expression.list.forEach((member, index) => {
      expectType(member.type, expression.operand.type, context, 'list', index);
    });
    return expression.operand.nullable || expression.list.some((member) => member.nullable);
  },
  call(expression, context) {
    if (context.functions === undefined) return false;
    const argumentTypes = expression.arguments.map((argument) => argument.type);
    const overload = context.functions(expression.function, argumentTypes);
    if (overload === undefined) {
      const signature = `${expression.function}(${argumentTypes.map(typeToText).join(', ')})`;
      context.problems.add(at(context.path, 'function'), `there is no ${signature}`);
      return false;
    }
    expectType(expression.type, overload.returns(argumentTypes), context);
    const strict = overload.nulls === 'strict' && expression.arguments.some((argument) => argument.nullable);
    return strict || overload.mayReturnNull;
  },
  batch_value(expression, context) {
    const types = { now: TIMESTAMPTZ, random: DOUBLE, uuid: VARCHAR } as const;
    expectType(expression.type, types[expression.value], context);
    return false;
  },
};
