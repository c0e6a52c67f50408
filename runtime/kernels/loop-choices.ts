/** AND, OR, CASE, COALESCE and IN in generated loops: each evaluates, row by row, only as far as needed. */
import type {
  CaseExpression,
  CoalesceExpression,
  Expression,
  InExpression,
  LogicalExpression,
} from '../../plan/expression.js';
import type { NonNullValue } from './loop-helpers.js';
import { plain, type Emitted, type LoopCode } from './loop-code.js';
import { comparisonTest } from './loop-comparison.js';
import { constantOf } from './constant-expression.js';

/** Whether the value can stay on a heap: known before it is written, because a home is declared first. */
function staysSlice(expression: Expression): boolean {
  switch (expression.kind) {
    case 'column':
    case 'literal':
      return true;
    case 'case':
      return [expression.otherwise, ...expression.branches.map((branch) => branch.then)].every(staysSlice);
    case 'coalesce':
      return expression.operands.every(staysSlice);
    case 'arithmetic':
    case 'negate':
    case 'comparison':
    case 'logical':
    case 'not':
    case 'is_null':
    case 'cast':
    case 'in':
    case 'call':
    case 'batch_value':
      return false;
  }
}

export function emitLogical(expression: LogicalExpression, code: LoopCode): Emitted {
  const isAnd = expression.operator === 'and';
  const label = code.name('L');
  const result = code.name('v');
  const unknown = code.name('n');
  code.line(`let ${result} = ${isAnd}, ${unknown} = false;`);
  let nullable = false;
  code.open(`${label}:`);
  for (const operand of expression.operands) {
    const value = code.emit(operand);
    const decides = isAnd ? `!(${value.code ?? 'false'})` : (value.code ?? 'false');
    const decided = `{ ${result} = ${!isAnd}; ${unknown} = false; break ${label}; }`;
    if (value.isNull === null) {
      code.line(`if (${decides}) ${decided}`);
    } else {
      nullable = true;
      code.line(`if (${value.isNull}) ${unknown} = true; else if (${decides}) ${decided}`);
    }
  }
  code.close();
  return { isNull: nullable ? unknown : null, code: result, slice: null };
}

export function emitCase(expression: CaseExpression, code: LoopCode): Emitted {
  const label = code.name('L');
  const home = code.home(expression.type, true, staysSlice(expression));
  code.open(`${label}:`);
  for (const branch of expression.branches) {
    const when = code.emit(branch.when);
    const test = when.isNull === null ? (when.code ?? 'false') : `!(${when.isNull}) && ${when.code ?? 'false'}`;
    code.open(`if (${test})`);
    code.assign(home, code.emit(branch.then), expression.type);
    code.line(`break ${label};`);
    code.close();
  }
  code.assign(home, code.emit(expression.otherwise), expression.type);
  code.close();
  return home.emitted;
}

export function emitCoalesce(expression: CoalesceExpression, code: LoopCode): Emitted {
  const label = code.name('L');
  const home = code.home(expression.type, true, staysSlice(expression));
  code.open(`${label}:`);
  for (const operand of expression.operands) {
    const value = code.emit(operand);
    code.assign(home, value, expression.type);
    if (value.isNull === null) {
      code.line(`break ${label};`);
      break;
    }
    code.line(`if (!${home.isNull ?? 'false'}) break ${label};`);
  }
  code.close();
  return home.emitted;
}

/** Longer lists of constants are looked up in a set. */
const CHAIN_MAX = 16;

function constantMembers(expression: InExpression): readonly NonNullValue[] | undefined {
  const values: NonNullValue[] = [];
  for (const member of expression.list) {
    const constant = constantOf(member);
    if (constant === undefined || constant.value === null) return undefined;
    values.push(constant.value);
  }
  return values;
}

export function emitIn(expression: InExpression, code: LoopCode): Emitted {
  const { operand, list, negated } = expression;
  const value = code.emit(operand);
  const members = list.length > CHAIN_MAX ? constantMembers(expression) : undefined;
  // A set finds strings and bigints by value; NaN and -0 as comparisons do; bytes would be found by identity.
  if (members !== undefined && operand.type.kind !== 'varbinary') {
    const found = `${code.object(new Set(members))}.has(${code.plainCode(value, operand.type)})`;
    const test = value.isNull === null ? found : `!(${value.isNull}) && ${found}`;
    const name = code.constant('v', test);
    return { isNull: value.isNull, code: negated ? `!${name}` : name, slice: null };
  }
  const label = code.name('L');
  const result = code.name('v');
  const unknown = code.name('n');
  let nullable = value.isNull !== null;
  code.line(`let ${result} = ${negated}, ${unknown} = false;`);
  code.open(`${label}:`);
  if (value.isNull !== null) code.line(`if (${value.isNull}) { ${unknown} = true; break ${label}; }`);
  for (const member of list) {
    const candidate = code.emit(member);
    const test = comparisonTest(code, 'eq', value, candidate, operand.type);
    const hit = `if (${test}) { ${result} = ${!negated}; ${unknown} = false; break ${label}; }`;
    if (candidate.isNull === null) {
      code.line(hit);
    } else {
      nullable = true;
      code.line(`if (${candidate.isNull}) ${unknown} = true; else ${hit}`);
    }
  }
  code.close();
  return nullable ? { isNull: unknown, code: result, slice: null } : plain(result);
}
