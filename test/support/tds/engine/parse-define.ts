/** Statements that define schemas, tables, indexes, types and procedures. */
import {
  type CheckDefinition,
  type ColumnDefinition,
  type Expression,
  type KeyDefinition,
  type ObjectName,
  type ParameterDefinition,
  type Statement,
  type StatementBody,
  type TableDefinition,
} from './ast.js';
import { mustBeFirst } from './errors.js';
import { QueryParser } from './parse-query.js';

/** What is gathered while a table's parentheses are read. */
interface Gathered {
  readonly columns: ColumnDefinition[];
  readonly keys: KeyDefinition[];
  readonly checks: CheckDefinition[];
}

type DropKind = Extract<StatementBody, { kind: 'drop' }>['what'];

const DROPPED: Readonly<Record<string, DropKind>> = {
  TABLE: 'table',
  PROC: 'procedure',
  PROCEDURE: 'procedure',
  SCHEMA: 'schema',
  TYPE: 'type',
  INDEX: 'index',
};

export abstract class DefinitionParser extends QueryParser {
  abstract statements(): readonly Statement[];

  /** A definition, or null where none begins here. */
  definition(): StatementBody | null {
    const isFirst = this.position === 0;
    const { line } = this.token;
    if (this.takeWord('DROP')) return this.#drop();
    if (this.takeWord('ALTER')) {
      if (this.takeWord('TABLE')) return this.#alterTable();
      this.expectWord('PROC', 'PROCEDURE');
      if (!isFirst) throw mustBeFirst('CREATE/ALTER PROCEDURE', line);
      return this.#procedure('alter');
    }
    if (!this.takeWord('CREATE')) return null;
    if (this.takeWord('SCHEMA')) {
      if (!isFirst) throw mustBeFirst('CREATE SCHEMA', line);
      const name = this.name();
      if (this.isWord('AUTHORIZATION')) {
        this.next();
        this.name();
      }
      return { kind: 'create-schema', name };
    }
    if (this.takeWord('TABLE')) {
      const name = this.objectName();
      const definition = this.tableDefinition();
      this.#storageOptions();
      return { kind: 'create-table', name, definition };
    }
    if (this.isWord('TYPE')) {
      this.next();
      const name = this.objectName();
      this.expectWord('AS');
      this.expectWord('TABLE');
      return { kind: 'create-type', name, definition: this.tableDefinition() };
    }
    const isEither = this.takePhrase('OR', 'ALTER');
    if (this.takeWord('PROC', 'PROCEDURE')) {
      if (!isFirst) throw mustBeFirst('CREATE/ALTER PROCEDURE', line);
      return this.#procedure(isEither ? 'either' : 'create');
    }
    return this.#index();
  }

  #index(): StatementBody {
    const isUnique = this.takeWord('UNIQUE');
    if (this.isWord('NONCLUSTERED', 'CLUSTERED')) this.next();
    this.expectWord('INDEX');
    const name = this.name();
    this.expectWord('ON');
    const table = this.objectName();
    const columns = this.#keyColumns();
    this.#storageOptions();
    return { kind: 'create-index', name, table, columns, isUnique };
  }

  #drop(): StatementBody {
    const what = DROPPED[this.next().upper];
    if (what === undefined) this.fail();
    const ifExists = this.takePhrase('IF', 'EXISTS');
    const names: ObjectName[] = [];
    do names.push(this.objectName());
    while (this.takeSymbol(','));
    const on = this.takeWord('ON') ? this.objectName() : null;
    return { kind: 'drop', what, names, ifExists, on };
  }

  #alterTable(): StatementBody {
    const name = this.objectName();
    if (this.takePhrase('ALTER', 'COLUMN')) {
      return { kind: 'alter-table', name, action: { kind: 'alter-column', column: this.#column() } };
    }
    if (this.takePhrase('DROP', 'COLUMN')) {
      return { kind: 'alter-table', name, action: { kind: 'drop-column', names: this.#names() } };
    }
    if (this.takePhrase('DROP', 'CONSTRAINT')) {
      return { kind: 'alter-table', name, action: { kind: 'drop-constraint', names: this.#names() } };
    }
    this.expectWord('ADD');
    const gathered: Gathered = { columns: [], keys: [], checks: [] };
    do this.#element(gathered);
    while (this.takeSymbol(','));
    return { kind: 'alter-table', name, action: { kind: 'add', definition: gathered } };
  }

  #names(): readonly string[] {
    const names: string[] = [];
    do names.push(this.name());
    while (this.takeSymbol(','));
    return names;
  }

  tableDefinition(): TableDefinition {
    const gathered: Gathered = { columns: [], keys: [], checks: [] };
    this.expectSymbol('(');
    do {
      if (this.isSymbol(')')) break;
      this.#element(gathered);
    } while (this.takeSymbol(','));
    this.expectSymbol(')');
    return gathered;
  }

  #element(gathered: Gathered): void {
    const name = this.takeWord('CONSTRAINT') ? this.name() : null;
    if (this.isWord('PRIMARY', 'UNIQUE')) {
      gathered.keys.push(this.#key(name, null));
      return;
    }
    if (this.isWord('CHECK')) {
      gathered.checks.push(this.#check(name));
      return;
    }
    gathered.columns.push(this.#column(gathered.checks));
  }

  #check(name: string | null): CheckDefinition {
    this.expectWord('CHECK');
    const { start } = this.token;
    this.expectSymbol('(');
    const condition = this.condition();
    this.expectSymbol(')');
    return { name, condition, text: this.source.slice(start, this.endOfPrevious) };
  }

  #key(name: string | null, column: string | null): KeyDefinition {
    const kind = this.takeWord('PRIMARY') ? 'primary' : 'unique';
    if (kind === 'primary') this.expectWord('KEY');
    else this.expectWord('UNIQUE');
    let isClustered: boolean | null = null;
    if (this.isWord('CLUSTERED', 'NONCLUSTERED')) isClustered = this.next().upper === 'CLUSTERED';
    const columns = this.isSymbol('(') ? this.#keyColumns() : column === null ? this.fail() : [column];
    this.#storageOptions();
    return { kind, name, columns, isClustered };
  }

  #keyColumns(): readonly string[] {
    this.expectSymbol('(');
    const columns: string[] = [];
    do {
      columns.push(this.name());
      this.takeWord('ASC', 'DESC');
    } while (this.takeSymbol(','));
    this.expectSymbol(')');
    return columns;
  }

  /** WITH (…), ON [PRIMARY]: where and how it is stored. */
  #storageOptions(): void {
    if (this.isWord('WITH') && this.peek().text === '(') {
      this.next();
      this.hints();
    }
    if (this.isWord('ON') && this.peek().kind === 'quoted') {
      this.next();
      this.next();
    }
    if (this.isWord('TEXTIMAGE_ON')) {
      this.next();
      this.name();
    }
  }

  #column(checks: CheckDefinition[] = []): ColumnDefinition {
    const name = this.name();
    const type = this.typeName();
    let isNullable: boolean | null = null;
    let byDefault: ColumnDefinition['default'] = null;
    let identity: ColumnDefinition['identity'] = null;
    let collation: string | null = null;
    const keys: KeyDefinition[] = [];
    for (;;) {
      if (this.takePhrase('NOT', 'NULL')) isNullable = false;
      else if (this.takeWord('NULL')) isNullable = true;
      else if (this.takeWord('COLLATE')) collation = this.next().text;
      else if (this.takeWord('IDENTITY')) identity = this.#identity();
      else {
        const { position } = this;
        const constraint = this.takeWord('CONSTRAINT') ? this.name() : null;
        if (this.isWord('PRIMARY', 'UNIQUE')) keys.push(this.#key(constraint, name));
        else if (this.isWord('CHECK')) checks.push(this.#check(constraint));
        else if (this.takeWord('DEFAULT')) byDefault = this.#default(constraint);
        else {
          this.position = position;
          return { name, type, isNullable, default: byDefault, identity, collation, keys };
        }
      }
    }
  }

  #identity(): readonly [bigint, bigint] {
    if (!this.takeSymbol('(')) return [1n, 1n];
    const seed = BigInt(this.next().text);
    this.expectSymbol(',');
    const step = BigInt(this.next().text);
    this.expectSymbol(')');
    return [seed, step];
  }

  #default(name: string | null): NonNullable<ColumnDefinition['default']> {
    const { start } = this.token;
    const expression = this.expression(2);
    return { expression, text: `(${this.source.slice(start, this.endOfPrevious)})`, name };
  }

  #procedure(mode: 'create' | 'alter' | 'either'): StatementBody {
    const name = this.objectName();
    this.declared.clear();
    const hasParentheses = this.takeSymbol('(');
    const parameters: ParameterDefinition[] = [];
    while (this.token.kind === 'variable') {
      parameters.push(this.#parameter());
      if (!this.takeSymbol(',')) break;
    }
    if (hasParentheses) this.expectSymbol(')');
    if (this.takeWord('WITH')) {
      do {
        // RECOMPILE, EXECUTE AS OWNER and the like.
        while (this.token.kind === 'word' && !(this.isWord('AS') && this.peek().upper !== 'OWNER')) this.next();
      } while (this.takeSymbol(','));
    }
    this.expectWord('AS');
    const body = this.statements();
    if (!this.isAtEnd) this.fail();
    return { kind: 'create-procedure', mode, definition: { name, parameters, body, text: this.source } };
  }

  #parameter(): ParameterDefinition {
    const name = this.next().text.toLowerCase();
    this.takeWord('AS');
    const type = this.typeName();
    const byDefault: Expression | null = this.takeSymbol('=') ? this.expression(2) : null;
    let isOutput = false;
    while (this.isWord('OUTPUT', 'OUT', 'READONLY')) isOutput = this.next().upper !== 'READONLY' || isOutput;
    this.declared.add(name);
    return { name, type, default: byDefault, isOutput };
  }
}
