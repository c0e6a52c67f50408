/** SELECT with all that can stand in it. */
import {
  type CommonTable,
  type Condition,
  type Expression,
  type JsonColumn,
  type Operator,
  type Query,
  type QueryBody,
  type SelectCore,
  type SelectItem,
  type Source,
} from './ast.js';
import { ExpressionParser } from './parse-expression.js';

const ASSIGNMENTS: Readonly<Record<string, Operator | null>> = {
  '=': null,
  '+=': '+',
  '-=': '-',
  '*=': '*',
  '/=': '/',
  '%=': '%',
};

export abstract class QueryParser extends ExpressionParser {
  override query(): Query {
    const common = this.isWord('WITH') ? this.commonTables() : [];
    const body = this.#unions();
    const orderBy = this.isWord('ORDER') ? this.orderBy() : [];
    let offset: Expression | null = null;
    let fetch: Expression | null = null;
    if (orderBy.length > 0 && this.takeWord('OFFSET')) {
      offset = this.expression();
      this.expectWord('ROW', 'ROWS');
      if (this.takeWord('FETCH')) {
        this.expectWord('NEXT', 'FIRST');
        fetch = this.expression();
        this.expectWord('ROW', 'ROWS');
        this.expectWord('ONLY');
      }
    }
    if (this.takeWord('OPTION')) this.hints();
    return { with: common, body, orderBy, offset, fetch };
  }

  commonTables(): readonly CommonTable[] {
    this.expectWord('WITH');
    const tables: CommonTable[] = [];
    do {
      const name = this.name();
      const columns = this.isSymbol('(') ? this.nameList() : null;
      this.expectWord('AS');
      this.expectSymbol('(');
      const query = this.query();
      this.expectSymbol(')');
      tables.push({ name, columns, query });
    } while (this.takeSymbol(','));
    return tables;
  }

  #unions(): QueryBody {
    let left = this.#operand();
    while (this.takeWord('UNION')) {
      const isAll = this.takeWord('ALL');
      left = { kind: 'union', isAll, left, right: this.#operand() };
    }
    return left;
  }

  #operand(): QueryBody {
    if (this.takeSymbol('(')) {
      const inner = this.#unions();
      this.expectSymbol(')');
      return inner;
    }
    return this.isWord('VALUES') ? this.values() : this.#select();
  }

  values(): QueryBody {
    this.expectWord('VALUES');
    const rows: Expression[][] = [];
    do {
      this.expectSymbol('(');
      const row: Expression[] = [];
      do row.push(this.isWord('DEFAULT') ? this.defaultValue() : this.expression());
      while (this.takeSymbol(','));
      this.expectSymbol(')');
      rows.push(row);
    } while (this.takeSymbol(','));
    return { kind: 'values', rows };
  }

  defaultValue(): Expression {
    this.expectWord('DEFAULT');
    return { kind: 'column', parts: ['', 'DEFAULT'] };
  }

  #select(): SelectCore {
    this.expectWord('SELECT');
    const isDistinct = this.takeWord('DISTINCT');
    if (!isDistinct) this.takeWord('ALL');
    const top = this.top();
    const items = this.selectItems();
    const into = this.takeWord('INTO') ? this.objectName() : null;
    const from = this.takeWord('FROM') ? this.sources() : null;
    const where = this.takeWord('WHERE') ? this.condition() : null;
    const groupBy: Expression[] = [];
    if (this.takePhrase('GROUP', 'BY')) {
      do groupBy.push(this.expression());
      while (this.takeSymbol(','));
    }
    const having = this.takeWord('HAVING') ? this.condition() : null;
    return { kind: 'select', isDistinct, top, items, into, from, where, groupBy, having };
  }

  top(): Expression | null {
    if (!this.takeWord('TOP')) return null;
    if (!this.isSymbol('(')) return this.expression(2);
    this.expectSymbol('(');
    const count = this.expression();
    this.expectSymbol(')');
    return count;
  }

  selectItems(): readonly SelectItem[] {
    const items: SelectItem[] = [];
    do items.push(this.#selectItem());
    while (this.takeSymbol(','));
    return items;
  }

  #selectItem(): SelectItem {
    if (this.takeSymbol('*')) return { kind: 'star', qualifier: null };
    const { token } = this;
    const next = this.peek();
    if (next.kind === 'symbol' && next.text === '.' && this.peek(2).text === '*' && this.peek(2).kind === 'symbol') {
      const qualifier = this.name();
      this.expectSymbol('.');
      this.expectSymbol('*');
      return { kind: 'star', qualifier };
    }
    const operator = next.kind === 'symbol' ? ASSIGNMENTS[next.text] : undefined;
    if (token.kind === 'variable' && operator !== undefined) {
      const variable = this.declaredVariable();
      this.next();
      return { kind: 'assign', variable, operator, expression: this.expression(), line: token.line };
    }
    if (this.isName() && next.kind === 'symbol' && next.text === '=') {
      const alias = this.name();
      this.next();
      return { kind: 'value', expression: this.expression(), alias };
    }
    const expression = this.expression();
    return { kind: 'value', expression, alias: this.#alias(true) };
  }

  #alias(allowsString: boolean): string | null {
    const isExplicit = this.takeWord('AS');
    if (allowsString && this.token.kind === 'string') return this.next().text;
    if (isExplicit || this.isName()) return this.name();
    return null;
  }

  sources(): Source {
    let left = this.#joined();
    while (this.takeSymbol(',')) left = { kind: 'join', join: 'cross', left, right: this.#joined(), on: null };
    return left;
  }

  #joined(): Source {
    let left = this.#source();
    for (;;) {
      if (this.takePhrase('CROSS', 'JOIN')) {
        left = { kind: 'join', join: 'cross', left, right: this.#source(), on: null };
      } else if (this.takePhrase('CROSS', 'APPLY')) {
        left = { kind: 'join', join: 'cross-apply', left, right: this.#source(), on: null };
      } else if (this.takePhrase('OUTER', 'APPLY')) {
        left = { kind: 'join', join: 'outer-apply', left, right: this.#source(), on: null };
      } else if (this.isWord('JOIN', 'INNER', 'LEFT')) {
        const join = this.isWord('LEFT') ? 'left' : 'inner';
        if (!this.isWord('JOIN')) this.next();
        this.takeWord('OUTER');
        // Join hints come before the word JOIN.
        this.takeWord('HASH', 'LOOP');
        this.expectWord('JOIN');
        const right = this.#source();
        this.expectWord('ON');
        const on: Condition = this.condition();
        left = { kind: 'join', join, left, right, on };
      } else {
        return left;
      }
    }
  }

  #source(): Source {
    if (this.takeSymbol('(')) {
      if (this.isWord('SELECT', 'VALUES', 'WITH')) {
        const query = this.query();
        this.expectSymbol(')');
        this.takeWord('AS');
        const alias = this.name();
        return { kind: 'query', query, alias, columns: this.isSymbol('(') ? this.nameList() : null };
      }
      const inner = this.sources();
      this.expectSymbol(')');
      return inner;
    }
    if (this.token.kind === 'variable') {
      const name = this.declaredVariable();
      return { kind: 'variable', name, alias: this.#alias(false) };
    }
    if (this.isWord('OPENJSON') && this.peek().text === '(') return this.#openJson();
    const name = this.objectName();
    const before = this.tableHints();
    const alias = this.#alias(false);
    return { kind: 'table', name, alias, hints: [...before, ...this.tableHints()] };
  }

  tableHints(): readonly string[] {
    if (!this.isWord('WITH') || this.peek().text !== '(') return [];
    this.next();
    return this.hints();
  }

  /** `(a, b(c))`: the words in it. */
  hints(): readonly string[] {
    this.expectSymbol('(');
    const words: string[] = [];
    let depth = 1;
    while (depth > 0) {
      if (this.isAtEnd) this.fail();
      const token = this.next();
      if (token.kind === 'symbol' && token.text === '(') depth += 1;
      else if (token.kind === 'symbol' && token.text === ')') depth -= 1;
      else if (token.kind === 'word') words.push(token.upper);
    }
    return words;
  }

  #openJson(): Source {
    this.next();
    this.expectSymbol('(');
    const json = this.expression();
    const path = this.takeSymbol(',') ? this.expression() : null;
    this.expectSymbol(')');
    const columns: JsonColumn[] = [];
    const isTyped = this.isWord('WITH') && this.peek().text === '(';
    if (isTyped) {
      this.next();
      this.expectSymbol('(');
      do {
        const name = this.name();
        const type = this.typeName();
        const columnPath = this.token.kind === 'string' ? this.next().text : null;
        const isJson = this.takePhrase('AS', 'JSON');
        columns.push({ name, type, path: columnPath, isJson });
      } while (this.takeSymbol(','));
      this.expectSymbol(')');
    }
    return { kind: 'openjson', json, path, columns: isTyped ? columns : null, alias: this.#alias(false) };
  }

  /** The operator of an assignment: null for `=`. */
  assignmentOperator(): Operator | null {
    const operator = this.token.kind === 'symbol' ? ASSIGNMENTS[this.token.text] : undefined;
    if (operator === undefined) this.fail();
    this.next();
    return operator;
  }
}
