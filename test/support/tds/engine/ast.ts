/** Trees of the T-SQL that the double understands. */
import { type SqlType, type SqlValue } from './sql-type.js';

/** A type as written, before its name is looked up. */
export interface TypeName {
  readonly schema: string;
  readonly name: string;
  readonly args: readonly string[];
  readonly line: number;
}

export interface ObjectName {
  /** Up to four parts, as written: server, database, schema, name. */
  readonly parts: readonly string[];
}

export type Operator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^';
export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Expression =
  | { readonly kind: 'literal'; readonly value: SqlValue; readonly type: SqlType }
  | { readonly kind: 'variable'; readonly name: string; readonly line: number }
  | { readonly kind: 'column'; readonly parts: readonly string[] }
  | { readonly kind: 'negate'; readonly operand: Expression }
  | { readonly kind: 'complement'; readonly operand: Expression }
  | { readonly kind: 'arithmetic'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'case'; readonly whens: readonly When[]; readonly otherwise: Expression | null }
  | {
      readonly kind: 'cast';
      readonly operand: Expression;
      readonly to: TypeName;
      readonly style: Expression | null;
      readonly isTry: boolean;
    }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly isStar: boolean;
      readonly isDistinct: boolean;
      readonly over: Over | null;
      readonly within: readonly OrderItem[];
    }
  | { readonly kind: 'collate'; readonly operand: Expression; readonly collation: string }
  | { readonly kind: 'subquery'; readonly query: Query };

export interface When {
  readonly condition: Condition;
  readonly result: Expression;
}

export interface Over {
  readonly partition: readonly Expression[];
  readonly order: readonly OrderItem[];
}

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly operand: Condition }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'is-null'; readonly operand: Expression; readonly isNegated: boolean }
  | {
      readonly kind: 'in-list';
      readonly operand: Expression;
      readonly items: readonly Expression[];
      readonly isNegated: boolean;
    }
  | { readonly kind: 'in-query'; readonly operand: Expression; readonly query: Query; readonly isNegated: boolean }
  | {
      readonly kind: 'between';
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly isNegated: boolean;
    }
  | {
      readonly kind: 'like';
      readonly operand: Expression;
      readonly pattern: Expression;
      readonly escape: Expression | null;
      readonly isNegated: boolean;
    }
  | { readonly kind: 'exists'; readonly query: Query };

export interface OrderItem {
  readonly expression: Expression;
  readonly isDescending: boolean;
}

export type SelectItem =
  | { readonly kind: 'star'; readonly qualifier: string | null }
  | { readonly kind: 'value'; readonly expression: Expression; readonly alias: string | null }
  | {
      readonly kind: 'assign';
      readonly variable: string;
      readonly operator: Operator | null;
      readonly expression: Expression;
      readonly line: number;
    };

export interface JsonColumn {
  readonly name: string;
  readonly type: TypeName;
  readonly path: string | null;
  readonly isJson: boolean;
}

export type Source =
  | {
      readonly kind: 'table';
      readonly name: ObjectName;
      readonly alias: string | null;
      readonly hints: readonly string[];
    }
  | { readonly kind: 'variable'; readonly name: string; readonly alias: string | null }
  | {
      readonly kind: 'query';
      readonly query: Query;
      readonly alias: string;
      readonly columns: readonly string[] | null;
    }
  | {
      readonly kind: 'openjson';
      readonly json: Expression;
      readonly path: Expression | null;
      readonly columns: readonly JsonColumn[] | null;
      readonly alias: string | null;
    }
  | {
      readonly kind: 'join';
      readonly join: 'inner' | 'left' | 'cross' | 'cross-apply' | 'outer-apply';
      readonly left: Source;
      readonly right: Source;
      readonly on: Condition | null;
    };

export interface CommonTable {
  readonly name: string;
  readonly columns: readonly string[] | null;
  readonly query: Query;
}

export interface SelectCore {
  readonly kind: 'select';
  readonly isDistinct: boolean;
  readonly top: Expression | null;
  readonly items: readonly SelectItem[];
  readonly into: ObjectName | null;
  readonly from: Source | null;
  readonly where: Condition | null;
  readonly groupBy: readonly Expression[];
  readonly having: Condition | null;
}

export type QueryBody =
  | SelectCore
  | { readonly kind: 'values'; readonly rows: readonly (readonly Expression[])[] }
  | { readonly kind: 'union'; readonly isAll: boolean; readonly left: QueryBody; readonly right: QueryBody };

export interface Query {
  readonly with: readonly CommonTable[];
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly offset: Expression | null;
  readonly fetch: Expression | null;
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: TypeName;
  readonly isNullable: boolean | null;
  readonly default: { readonly expression: Expression; readonly text: string; readonly name: string | null } | null;
  readonly identity: readonly [bigint, bigint] | null;
  readonly collation: string | null;
  readonly keys: readonly KeyDefinition[];
}

export interface KeyDefinition {
  readonly kind: 'primary' | 'unique';
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly isClustered: boolean | null;
}

export interface CheckDefinition {
  readonly name: string | null;
  readonly condition: Condition;
  readonly text: string;
}

export interface TableDefinition {
  readonly columns: readonly ColumnDefinition[];
  readonly keys: readonly KeyDefinition[];
  readonly checks: readonly CheckDefinition[];
}

export interface ParameterDefinition {
  readonly name: string;
  readonly type: TypeName;
  readonly default: Expression | null;
  readonly isOutput: boolean;
}

export interface ProcedureDefinition {
  readonly name: ObjectName;
  readonly parameters: readonly ParameterDefinition[];
  readonly body: readonly Statement[];
  readonly text: string;
}

export interface Argument {
  readonly name: string | null;
  readonly value: Expression | null;
  readonly isOutput: boolean;
}

export interface OutputClause {
  readonly items: readonly SelectItem[];
  readonly into: ObjectName | null;
}

export type Target =
  | { readonly kind: 'table'; readonly name: ObjectName; readonly hints: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string };

export interface Assignment {
  readonly column: string | null;
  readonly variable: string | null;
  readonly operator: Operator | null;
  readonly value: Expression;
}

export type AlterAction =
  | { readonly kind: 'add'; readonly definition: TableDefinition }
  | { readonly kind: 'drop-column'; readonly names: readonly string[] }
  | { readonly kind: 'drop-constraint'; readonly names: readonly string[] }
  | { readonly kind: 'alter-column'; readonly column: ColumnDefinition };

export type Statement = { readonly line: number } & StatementBody;

export type StatementBody =
  | { readonly kind: 'select'; readonly query: Query }
  | {
      readonly kind: 'insert';
      readonly with: readonly CommonTable[];
      readonly target: Target;
      readonly columns: readonly string[] | null;
      readonly source: Query | InsertExecute | null;
      readonly output: OutputClause | null;
    }
  | {
      readonly kind: 'update';
      readonly with: readonly CommonTable[];
      readonly target: Target;
      readonly set: readonly Assignment[];
      readonly from: Source | null;
      readonly where: Condition | null;
      readonly output: OutputClause | null;
      readonly top: Expression | null;
    }
  | {
      readonly kind: 'delete';
      readonly with: readonly CommonTable[];
      readonly target: Target;
      readonly from: Source | null;
      readonly where: Condition | null;
      readonly output: OutputClause | null;
      readonly top: Expression | null;
    }
  | { readonly kind: 'truncate'; readonly name: ObjectName }
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | {
      readonly kind: 'if';
      readonly condition: Condition;
      readonly then: Statement;
      readonly otherwise: Statement | null;
    }
  | { readonly kind: 'while'; readonly condition: Condition; readonly body: Statement }
  | { readonly kind: 'break' | 'continue' }
  | { readonly kind: 'try'; readonly body: readonly Statement[]; readonly handler: readonly Statement[] }
  | {
      readonly kind: 'declare';
      readonly variables: readonly {
        readonly name: string;
        readonly type: TypeName;
        readonly value: Expression | null;
      }[];
    }
  | { readonly kind: 'declare-table'; readonly name: string; readonly definition: TableDefinition }
  | { readonly kind: 'set'; readonly name: string; readonly operator: Operator | null; readonly value: Expression }
  | { readonly kind: 'set-option'; readonly names: readonly string[]; readonly value: string }
  | { readonly kind: 'begin-transaction'; readonly name: string | null }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback'; readonly name: string | null }
  | { readonly kind: 'save'; readonly name: string }
  | { readonly kind: 'throw'; readonly args: readonly [Expression, Expression, Expression] | null }
  | { readonly kind: 'raiserror'; readonly args: readonly Expression[] }
  | { readonly kind: 'print'; readonly value: Expression }
  | { readonly kind: 'return'; readonly value: Expression | null }
  | {
      readonly kind: 'execute';
      readonly result: string | null;
      readonly procedure: ObjectName;
      readonly args: readonly Argument[];
    }
  | { readonly kind: 'execute-text'; readonly parts: readonly Expression[] }
  | { readonly kind: 'wait'; readonly delay: Expression }
  | { readonly kind: 'use'; readonly database: string }
  | { readonly kind: 'kill'; readonly spid: number }
  | { readonly kind: 'insert-bulk'; readonly name: ObjectName; readonly columns: readonly string[] }
  | { readonly kind: 'create-schema'; readonly name: string }
  | { readonly kind: 'create-table'; readonly name: ObjectName; readonly definition: TableDefinition }
  | { readonly kind: 'create-type'; readonly name: ObjectName; readonly definition: TableDefinition }
  | {
      readonly kind: 'create-index';
      readonly name: string;
      readonly table: ObjectName;
      readonly columns: readonly string[];
      readonly isUnique: boolean;
    }
  | {
      readonly kind: 'create-procedure';
      readonly mode: 'create' | 'alter' | 'either';
      readonly definition: ProcedureDefinition;
    }
  | { readonly kind: 'alter-table'; readonly name: ObjectName; readonly action: AlterAction }
  | {
      readonly kind: 'drop';
      readonly what: 'table' | 'procedure' | 'schema' | 'type' | 'index';
      readonly names: readonly ObjectName[];
      readonly ifExists: boolean;
      readonly on: ObjectName | null;
    };

export interface InsertExecute {
  readonly kind: 'insert-execute';
  readonly statement: Statement;
}
