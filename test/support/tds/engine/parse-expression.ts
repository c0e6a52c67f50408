/** Expressions and conditions. T-SQL has no boolean values, so the two never mix. */
import {
  type Comparison,
  type Condition,
  type Expression,
  type Operator,
  type OrderItem,
  type Over,
  type Query,
} from './ast.js';
import { syntaxNear } from './errors.js';
import { TokenCursor } from './parse-base.js';
import * as sql from './sql-type.js';

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '!<': '>=',
  '!>': '<=',
};

const LEVELS: readonly (readonly Operator[])[] = [
  ['+', '-', '&', '|', '^'],
  ['*', '/', '%'],
];

/** Functions whose arguments may hold a bare word: DATEDIFF(day, …). */
const WITH_DATE_PART = new Set(['DATEADD', 'DATEDIFF', 'DATEDIFF_BIG', 'DATEPART', 'DATENAME']);
/** Functions that are called without parentheses. */
const BARE_FUNCTIONS = new Set(['CURRENT_TIMESTAMP', 'SYSTEM_USER', 'USER', 'CURRENT_USER', 'SESSION_USER']);
/** Reserved words that are functions when a parenthesis follows. */
const RESERVED_FUNCTIONS = new Set(['COALESCE', 'NULLIF', 'LEFT', 'RIGHT', 'CONVERT', 'TRY_CONVERT']);

export abstract class ExpressionParser extends TokenCursor {
  /** A query with everything that belongs to it; the parser of queries knows how. */
  abstract query(): Query;

  expression(level = 0): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.expression(level + 1);
    for (;;) {
      const operator = operators.find((candidate) => this.isSymbol(candidate));
      if (operator === undefined) return left;
      this.next();
      left = { kind: 'arithmetic', operator, left, right: this.expression(level + 1) };
    }
  }

  #unary(): Expression {
    if (this.takeSymbol('-')) {
      const operand = this.#unary();
      // A negative number is one literal, or the least bigint couldn't be written.
      if (operand.kind === 'literal' && typeof operand.value === 'bigint') {
        return literalNumber(operand.value, operand.type, true);
      }
      return { kind: 'negate', operand };
    }
    if (this.takeSymbol('+')) return this.#unary();
    if (this.takeSymbol('~')) return { kind: 'complement', operand: this.#unary() };
    let operand = this.#primary();
    while (this.takeWord('COLLATE')) operand = { kind: 'collate', operand, collation: this.next().text };
    return operand;
  }

  #primary(): Expression {
    const { token } = this;
    switch (token.kind) {
      case 'string':
        this.next();
        return {
          kind: 'literal',
          value: token.text,
          type: token.isUnicode ? sql.nvarchar(lengthOf(token.text, 4000)) : sql.varchar(lengthOf(token.text, 8000)),
        };
      case 'number':
        this.next();
        return numberLiteral(token.text);
      case 'binary': {
        this.next();
        const digits = token.text.slice(2);
        const value = Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, 'hex');
        return { kind: 'literal', value, type: sql.varbinary(Math.max(1, value.length)) };
      }
      case 'variable':
        if (token.text.startsWith('@@')) {
          this.next();
          return call(token.text.toUpperCase(), []);
        }
        return { kind: 'variable', name: this.declaredVariable(), line: token.line };
      case 'symbol':
        return this.#parenthesised();
      case 'word':
      case 'quoted':
        return this.#named();
      case 'end':
        return this.fail();
    }
  }

  #parenthesised(): Expression {
    // {ts '…'}, {d '…'}, {fn f()}: the escapes of ODBC and JDBC.
    if (this.takeSymbol('{')) {
      const isFunction = this.isWord('FN');
      this.next();
      const inner = isFunction ? this.expression() : this.#primary();
      this.expectSymbol('}');
      return inner;
    }
    this.expectSymbol('(');
    const inner: Expression = this.isWord('SELECT', 'WITH')
      ? { kind: 'subquery', query: this.query() }
      : this.expression();
    this.expectSymbol(')');
    return inner;
  }

  #named(): Expression {
    const { token } = this;
    const isCall = this.peek().kind === 'symbol' && this.peek().text === '(';
    if (token.kind === 'word') {
      if (token.upper === 'NULL') {
        this.next();
        return { kind: 'literal', value: null, type: sql.INT };
      }
      if (token.upper === 'CASE') return this.#caseExpression();
      if (BARE_FUNCTIONS.has(token.upper) && !isCall) return call(this.next().upper, []);
      if (isCall && RESERVED_FUNCTIONS.has(token.upper)) return this.#call(this.next().upper);
    }
    if (isCall && this.isName()) return this.#call(this.next().text.toUpperCase());
    const { parts } = this.objectName();
    // Functions with a schema: sys.fn_…(…), dbo.f(…).
    if (this.isSymbol('(')) return this.#call(parts.at(-1)!.toUpperCase());
    return { kind: 'column', parts };
  }

  #call(name: string): Expression {
    this.expectSymbol('(');
    if (name === 'CAST' || name === 'TRY_CAST') {
      const operand = this.expression();
      this.expectWord('AS');
      const to = this.typeName();
      this.expectSymbol(')');
      return { kind: 'cast', operand, to, style: null, isTry: name === 'TRY_CAST' };
    }
    if (name === 'CONVERT' || name === 'TRY_CONVERT') {
      const to = this.typeName();
      this.expectSymbol(',');
      const operand = this.expression();
      const style = this.takeSymbol(',') ? this.expression() : null;
      this.expectSymbol(')');
      return { kind: 'cast', operand, to, style, isTry: name === 'TRY_CONVERT' };
    }
    if (name === 'IIF') {
      const condition = this.condition();
      this.expectSymbol(',');
      const result = this.expression();
      this.expectSymbol(',');
      const otherwise = this.expression();
      this.expectSymbol(')');
      return { kind: 'case', whens: [{ condition, result }], otherwise };
    }
    return this.#plainCall(name);
  }

  #plainCall(name: string): Expression {
    const args: Expression[] = [];
    const isStar = this.takeSymbol('*');
    const isDistinct = this.takeWord('DISTINCT');
    if (WITH_DATE_PART.has(name)) {
      const part = this.next().text.toLowerCase();
      args.push({ kind: 'literal', value: part, type: sql.varchar(20) });
      this.takeSymbol(',');
    }
    if (!isStar && !this.isSymbol(')')) {
      do args.push(this.expression());
      while (this.takeSymbol(','));
    }
    this.expectSymbol(')');
    let within: readonly OrderItem[] = [];
    if (this.takePhrase('WITHIN', 'GROUP')) {
      this.expectSymbol('(');
      within = this.orderBy();
      this.expectSymbol(')');
    }
    const over = this.takeWord('OVER') ? this.#over() : null;
    return { kind: 'call', name, args, isStar, isDistinct, over, within };
  }

  #over(): Over {
    this.expectSymbol('(');
    const partition: Expression[] = [];
    if (this.takePhrase('PARTITION', 'BY')) {
      do partition.push(this.expression());
      while (this.takeSymbol(','));
    }
    const order = this.isWord('ORDER') ? this.orderBy() : [];
    this.expectSymbol(')');
    return { partition, order };
  }

  orderBy(): readonly OrderItem[] {
    this.expectWord('ORDER');
    this.expectWord('BY');
    const items: OrderItem[] = [];
    do {
      const expression = this.expression();
      const isDescending = this.takeWord('DESC');
      if (!isDescending) this.takeWord('ASC');
      items.push({ expression, isDescending });
    } while (this.takeSymbol(','));
    return items;
  }

  #caseExpression(): Expression {
    this.expectWord('CASE');
    const subject = this.isWord('WHEN') ? null : this.expression();
    const whens: { condition: Condition; result: Expression }[] = [];
    while (this.takeWord('WHEN')) {
      const condition: Condition =
        subject === null
          ? this.condition()
          : { kind: 'compare', operator: '=', left: subject, right: this.expression() };
      this.expectWord('THEN');
      whens.push({ condition, result: this.expression() });
    }
    const otherwise = this.takeWord('ELSE') ? this.expression() : null;
    this.expectWord('END');
    return { kind: 'case', whens, otherwise };
  }

  condition(): Condition {
    let left = this.#conjunction();
    while (this.takeWord('OR')) left = { kind: 'or', left, right: this.#conjunction() };
    return left;
  }

  #conjunction(): Condition {
    let left = this.#negation();
    while (this.takeWord('AND')) left = { kind: 'and', left, right: this.#negation() };
    return left;
  }

  #negation(): Condition {
    if (this.takeWord('NOT')) return { kind: 'not', operand: this.#negation() };
    if (this.takeWord('EXISTS')) {
      this.expectSymbol('(');
      const query = this.query();
      this.expectSymbol(')');
      return { kind: 'exists', query };
    }
    return this.isSymbol('(') ? this.#parenthesisedCondition() : this.#predicate();
  }

  /** `(` may open a condition or an expression: whichever fits. */
  #parenthesisedCondition(): Condition {
    const { position } = this;
    try {
      return this.#predicate();
    } catch (error) {
      this.position = position;
      this.expectSymbol('(');
      try {
        const inner = this.condition();
        this.expectSymbol(')');
        return inner;
      } catch (second) {
        throw this.position > position ? second : error;
      }
    }
  }

  #predicate(): Condition {
    const operand = this.expression();
    const symbol = this.token.kind === 'symbol' ? COMPARISONS[this.token.text] : undefined;
    if (symbol !== undefined) {
      this.next();
      return { kind: 'compare', operator: symbol, left: operand, right: this.expression() };
    }
    if (this.takeWord('IS')) {
      const isNegated = this.takeWord('NOT');
      this.expectWord('NULL');
      return { kind: 'is-null', operand, isNegated };
    }
    const isNegated = this.takeWord('NOT');
    if (this.takeWord('IN')) return this.#inList(operand, isNegated);
    if (this.takeWord('BETWEEN')) {
      const low = this.expression();
      this.expectWord('AND');
      return { kind: 'between', operand, low, high: this.expression(), isNegated };
    }
    if (this.takeWord('LIKE')) {
      const pattern = this.expression();
      const escape = this.takeWord('ESCAPE') ? this.expression() : null;
      return { kind: 'like', operand, pattern, escape, isNegated };
    }
    if (this.isSymbol(')')) throw syntaxNear(')', this.token.line);
    return this.fail();
  }

  #inList(operand: Expression, isNegated: boolean): Condition {
    this.expectSymbol('(');
    if (this.isWord('SELECT', 'WITH')) {
      const query = this.query();
      this.expectSymbol(')');
      return { kind: 'in-query', operand, query, isNegated };
    }
    const items: Expression[] = [];
    do items.push(this.expression());
    while (this.takeSymbol(','));
    this.expectSymbol(')');
    return { kind: 'in-list', operand, items, isNegated };
  }
}

const call = (name: string, args: readonly Expression[]): Expression => ({
  kind: 'call',
  name,
  args,
  isStar: false,
  isDistinct: false,
  over: null,
  within: [],
});

const lengthOf = (text: string, max: number): number => (text.length > max ? -1 : Math.max(1, text.length));

/** `1` is an int or, from 2^31 on, a decimal; `1.50` is decimal(3,2); `1e0` is a float. */
function numberLiteral(text: string): Expression {
  if (/e/iu.test(text))
    return { kind: 'literal', value: Number(/e$/iu.test(text) ? `${text}0` : text), type: sql.FLOAT };
  const [whole = '', fraction] = text.split('.');
  const value = BigInt(whole + (fraction ?? '') || '0');
  if (fraction === undefined) return literalNumber(value, sql.INT, false);
  const digits = whole.replace(/^0+/u, '').length + fraction.length;
  return { kind: 'literal', value, type: sql.decimal(Math.max(1, digits), fraction.length) };
}

function literalNumber(value: bigint, type: sql.SqlType, isNegated: boolean): Expression {
  const signed = isNegated ? -value : value;
  const isWhole = sql.isInteger(type) || type.scale === 0;
  if (!isWhole) return { kind: 'literal', value: signed, type };
  const fits = sql.fitsInteger(signed, sql.INT);
  const digits = value.toString().replace('-', '').length;
  return { kind: 'literal', value: signed, type: fits ? sql.INT : sql.decimal(digits, 0) };
}
