/** Statements: control of flow, transactions, calls, and changes of rows. */
import {
  type Argument,
  type Assignment,
  type CommonTable,
  type Expression,
  type OutputClause,
  type Statement,
  type StatementBody,
  type Target,
} from './ast.js';
import { declaredTwice, syntaxNear, undeclared } from './errors.js';
import { DefinitionParser } from './parse-define.js';

/** Words of SET that take ON or OFF or a value, and mean nothing to the double but are remembered. */
const OPTION_WORDS = /^(?:[A-Z_]+)$/u;

export class StatementParser extends DefinitionParser {
  /** Everything up to END or the end of the text. */
  override statements(): readonly Statement[] {
    const all: Statement[] = [];
    for (;;) {
      while (this.takeSymbol(';'));
      if (this.isAtEnd || this.isWord('END')) return all;
      all.push(this.statement());
    }
  }

  /** A whole batch. */
  batch(): readonly Statement[] {
    while (this.takeSymbol(';'));
    if (this.isName() && !this.isWord('THROW', 'KILL')) {
      const first: Statement = { line: this.token.line, ...this.#procedureCall(null) };
      return [first, ...this.#rest()];
    }
    return this.#rest();
  }

  #rest(): readonly Statement[] {
    const all = this.statements();
    if (!this.isAtEnd) this.fail();
    return all;
  }

  statement(): Statement {
    const { line } = this.token;
    const body = this.#body();
    this.takeSymbol(';');
    return { line, ...body };
  }

  #body(): StatementBody {
    switch (this.token.upper) {
      case 'SELECT':
      case 'WITH':
        return this.#withCommon();
      case 'INSERT':
        return this.peek().upper === 'BULK' ? this.#insertBulk() : this.#insert([]);
      case 'UPDATE':
        return this.#update([]);
      case 'DELETE':
        return this.#delete([]);
      case 'BEGIN':
        return this.#begin();
      case 'IF':
        return this.#if();
      case 'WHILE': {
        this.next();
        const condition = this.condition();
        return { kind: 'while', condition, body: this.statement() };
      }
      case 'DECLARE':
        return this.#declare();
      case 'SET':
        return this.#set();
      case 'EXEC':
      case 'EXECUTE':
        return this.#execute();
      default:
        return this.#transaction() ?? this.#simple() ?? this.definition() ?? this.fail();
    }
  }

  #withCommon(): StatementBody {
    if (this.isWord('SELECT')) return { kind: 'select', query: this.query() };
    const { position } = this;
    const common = this.commonTables();
    if (this.isWord('INSERT')) return this.#insert(common);
    if (this.isWord('UPDATE')) return this.#update(common);
    if (this.isWord('DELETE')) return this.#delete(common);
    this.position = position;
    return { kind: 'select', query: this.query() };
  }

  #begin(): StatementBody {
    this.next();
    if (this.takeWord('TRAN', 'TRANSACTION')) return { kind: 'begin-transaction', name: this.#transactionName() };
    if (this.takeWord('TRY')) {
      const body = this.statements();
      this.expectWord('END');
      this.expectWord('TRY');
      this.takeSymbol(';');
      this.expectWord('BEGIN');
      this.expectWord('CATCH');
      const handler = this.statements();
      this.expectWord('END');
      this.expectWord('CATCH');
      return { kind: 'try', body, handler };
    }
    const body = this.statements();
    if (body.length === 0) this.fail();
    this.expectWord('END');
    return { kind: 'block', body };
  }

  #transactionName(): string | null {
    if (this.token.kind === 'variable') return this.declaredVariable();
    return this.isName() && !this.isWord('THROW') ? this.name() : null;
  }

  #transaction(): StatementBody | null {
    if (this.takeWord('COMMIT')) {
      if (this.takeWord('TRAN', 'TRANSACTION')) this.#transactionName();
      else if (this.isWord('WORK')) this.next();
      return { kind: 'commit' };
    }
    if (this.takeWord('ROLLBACK')) {
      if (this.takeWord('TRAN', 'TRANSACTION')) return { kind: 'rollback', name: this.#transactionName() };
      if (this.isWord('WORK')) this.next();
      return { kind: 'rollback', name: null };
    }
    if (this.takeWord('SAVE')) {
      this.expectWord('TRAN', 'TRANSACTION');
      return { kind: 'save', name: this.name() };
    }
    return null;
  }

  #if(): StatementBody {
    this.next();
    const condition = this.condition();
    const then = this.statement();
    return { kind: 'if', condition, then, otherwise: this.takeWord('ELSE') ? this.statement() : null };
  }

  #simple(): StatementBody | null {
    const { upper } = this.token;
    if (this.takeWord('BREAK', 'CONTINUE')) return { kind: upper === 'BREAK' ? 'break' : 'continue' };
    if (this.takeWord('PRINT')) return { kind: 'print', value: this.expression() };
    if (this.takeWord('USE')) return { kind: 'use', database: this.name() };
    if (this.takeWord('KILL')) return { kind: 'kill', spid: Number(this.next().text) };
    if (this.takeWord('RETURN')) return { kind: 'return', value: this.#returnValue() };
    if (this.takeWord('THROW')) return this.#throw();
    if (this.takeWord('RAISERROR')) {
      this.expectSymbol('(');
      const args = this.#expressions();
      this.expectSymbol(')');
      if (this.takeWord('WITH')) this.name();
      return { kind: 'raiserror', args };
    }
    if (this.takeWord('WAITFOR')) {
      if (this.next().upper !== 'DELAY') this.fail();
      return { kind: 'wait', delay: this.expression() };
    }
    if (this.takeWord('TRUNCATE')) {
      this.expectWord('TABLE');
      return { kind: 'truncate', name: this.objectName() };
    }
    return null;
  }

  #returnValue(): Expression | null {
    const { kind, text } = this.token;
    const starts = kind === 'number' || kind === 'variable' || (kind === 'symbol' && '-(+'.includes(text));
    return starts ? this.expression() : null;
  }

  #throw(): StatementBody {
    if (this.token.kind !== 'number' && this.token.kind !== 'variable') return { kind: 'throw', args: null };
    const [number, message, state, ...others] = this.#expressions();
    if (number === undefined || message === undefined || state === undefined || others.length > 0) this.fail();
    return { kind: 'throw', args: [number, message, state] };
  }

  #expressions(): readonly Expression[] {
    const all: Expression[] = [];
    do all.push(this.expression());
    while (this.takeSymbol(','));
    return all;
  }

  #declare(): StatementBody {
    const { line } = this.next();
    const variables: { name: string; type: ReturnType<DefinitionParser['typeName']>; value: Expression | null }[] = [];
    do {
      const token = this.next();
      if (token.kind !== 'variable') throw syntaxNear(token.text, token.line);
      const name = token.text.toLowerCase();
      if (this.declared.has(name)) throw declaredTwice(token.text, line);
      this.takeWord('AS');
      if (this.takeWord('TABLE')) {
        this.declared.add(name);
        return { kind: 'declare-table', name, definition: this.tableDefinition() };
      }
      const type = this.typeName();
      const value = this.takeSymbol('=') ? this.expression() : null;
      this.declared.add(name);
      variables.push({ name, type, value });
    } while (this.takeSymbol(','));
    return { kind: 'declare', variables };
  }

  #set(): StatementBody {
    this.next();
    if (this.token.kind === 'variable') {
      const name = this.declaredVariable();
      const operator = this.assignmentOperator();
      return { kind: 'set', name, operator, value: this.expression() };
    }
    if (this.takePhrase('TRANSACTION', 'ISOLATION', 'LEVEL')) {
      const words: string[] = [];
      while (this.isWord('READ', 'COMMITTED', 'UNCOMMITTED', 'REPEATABLE', 'SERIALIZABLE', 'SNAPSHOT')) {
        words.push(this.next().upper);
      }
      return { kind: 'set-option', names: ['ISOLATION'], value: words.join(' ') };
    }
    const names: string[] = [];
    do {
      if (this.token.kind !== 'word' || !OPTION_WORDS.test(this.token.upper)) this.fail();
      names.push(this.next().upper);
    } while (this.takeSymbol(','));
    if (names[0] === 'IDENTITY_INSERT') names.push(this.objectName().parts.join('.'));
    if (names[0] === 'STATISTICS') this.next();
    const sign = this.takeSymbol('-') ? '-' : '';
    const value = this.next();
    if (value.kind === 'end' || value.kind === 'symbol') this.fail();
    return { kind: 'set-option', names, value: sign + value.upper };
  }

  #execute(): StatementBody {
    this.next();
    if (this.takeSymbol('(')) {
      const parts = [this.expression()];
      this.expectSymbol(')');
      return { kind: 'execute-text', parts };
    }
    const isAssigned = this.token.kind === 'variable' && this.peek().text === '=';
    const result = isAssigned ? this.declaredVariable() : null;
    if (isAssigned) this.expectSymbol('=');
    return this.#procedureCall(result);
  }

  #procedureCall(result: string | null): StatementBody {
    const procedure = this.objectName();
    const args: Argument[] = [];
    while (this.#startsArgument()) {
      args.push(this.#argument());
      if (!this.takeSymbol(',')) break;
    }
    return { kind: 'execute', result, procedure, args };
  }

  #startsArgument(): boolean {
    const { kind, text } = this.token;
    if (kind === 'symbol') return text === '-';
    return (
      kind !== 'end' && (kind !== 'word' || this.isName() || this.isWord('NULL', 'DEFAULT')) && !this.isWord('THROW')
    );
  }

  /** Arguments are constants and variables; a bare word is a string. */
  #argument(): Argument {
    let name: string | null = null;
    if (this.token.kind === 'variable' && this.peek().text === '=') {
      name = this.next().text.toLowerCase();
      this.next();
    }
    if (this.takeWord('DEFAULT')) return { name, value: null, isOutput: false };
    const { token } = this;
    if (token.kind === 'variable' && !token.text.startsWith('@@') && !this.declared.has(token.text.toLowerCase())) {
      throw undeclared(token.text, token.line);
    }
    const isWord = token.kind === 'word' && token.upper !== 'NULL';
    const value: Expression = isWord
      ? {
          kind: 'literal',
          value: this.next().text,
          type: { name: 'nvarchar', length: 4000, precision: 0, scale: 0, collation: 'ci' },
        }
      : this.expression(2);
    const isOutput = this.isWord('OUTPUT', 'OUT') && this.next().kind === 'word';
    return { name, value, isOutput };
  }

  #target(): Target {
    if (this.token.kind === 'variable') return { kind: 'variable', name: this.declaredVariable() };
    const name = this.objectName();
    return { kind: 'table', name, hints: this.tableHints() };
  }

  #output(): OutputClause | null {
    if (!this.isWord('OUTPUT')) return null;
    this.next();
    const items = this.selectItems();
    return { items, into: this.takeWord('INTO') ? this.objectName() : null };
  }

  #insert(common: readonly CommonTable[]): StatementBody {
    this.next();
    this.takeWord('INTO');
    const target = this.#target();
    // `INSERT t (SELECT …)` has no list of columns.
    const columns = this.isSymbol('(') && this.peek().upper !== 'SELECT' ? this.nameList() : null;
    const output = this.#output();
    const head = { kind: 'insert' as const, with: common, target, columns, output };
    if (this.takePhrase('DEFAULT', 'VALUES')) return { ...head, source: null };
    if (this.isWord('EXEC', 'EXECUTE')) {
      const { line } = this.token;
      return { ...head, source: { kind: 'insert-execute', statement: { line, ...this.#execute() } } };
    }
    return { ...head, source: this.query() };
  }

  #insertBulk(): StatementBody {
    this.next();
    this.next();
    const name = this.objectName();
    const columns: string[] = [];
    this.expectSymbol('(');
    do {
      columns.push(this.name());
      this.typeName();
      if (this.takeWord('COLLATE')) this.next();
      this.takeWord('NULL');
    } while (this.takeSymbol(','));
    this.expectSymbol(')');
    if (this.takeWord('WITH')) this.hints();
    return { kind: 'insert-bulk', name, columns };
  }

  #update(common: readonly CommonTable[]): StatementBody {
    this.next();
    const top = this.top();
    const target = this.#target();
    this.expectWord('SET');
    const set: Assignment[] = [];
    do set.push(this.#assignment());
    while (this.takeSymbol(','));
    const output = this.#output();
    const from = this.takeWord('FROM') ? this.sources() : null;
    const where = this.takeWord('WHERE') ? this.condition() : null;
    if (this.takeWord('OPTION')) this.hints();
    return { kind: 'update', with: common, target, set, from, where, output, top };
  }

  #assignment(): Assignment {
    if (this.token.kind === 'variable') {
      const variable = this.declaredVariable();
      const operator = this.assignmentOperator();
      return { column: null, variable, operator, value: this.expression() };
    }
    const column = this.objectName().parts.at(-1)!;
    const operator = this.assignmentOperator();
    const value = this.isWord('DEFAULT') ? this.defaultValue() : this.expression();
    return { column, variable: null, operator, value };
  }

  #delete(common: readonly CommonTable[]): StatementBody {
    this.next();
    const top = this.top();
    this.takeWord('FROM');
    const target = this.#target();
    const output = this.#output();
    const from = this.takeWord('FROM') ? this.sources() : null;
    const where = this.takeWord('WHERE') ? this.condition() : null;
    if (this.takeWord('OPTION')) this.hints();
    return { kind: 'delete', with: common, target, from, where, output, top };
  }
}

/** The statements of a batch. Throws SqlError of severity 15 where it is no T-SQL that the double understands. */
export function parseBatch(source: string, variables: Iterable<string> = []): readonly Statement[] {
  return new StatementParser(source, variables).batch();
}
