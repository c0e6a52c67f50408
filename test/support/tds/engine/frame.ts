/** What belongs to one batch or one call of a procedure: variables, tables of its own, the error being handled. */
import { type SqlError, undeclared } from './errors.js';
import { type SqlType, type SqlValue } from './sql-type.js';
import { type Table } from './storage.js';

export interface Variable {
  readonly type: SqlType;
  value: SqlValue;
}

export class Frame {
  readonly variables = new Map<string, Variable>();
  readonly tableVariables = new Map<string, Table>();
  /** Tables named `#…` that were made here; they go with the frame. */
  readonly temporary = new Map<string, Table>();
  readonly parent: Frame | null;
  /** Empty for a batch. */
  readonly procedure: string;
  /** A procedure or a text of its own: its statements are "in procedure". */
  readonly isNested: boolean;
  caught: SqlError | null = null;

  constructor(parent: Frame | null, procedure = '', isNested = parent !== null) {
    this.parent = parent;
    this.procedure = procedure;
    this.isNested = isNested;
  }

  get depth(): number {
    return this.parent === null ? 0 : this.parent.depth + 1;
  }

  variable(name: string): Variable {
    const variable = this.variables.get(name);
    if (variable === undefined) throw undeclared(name, 0);
    return variable;
  }

  findTemporary(name: string): Table | null {
    return this.temporary.get(name.toLowerCase()) ?? this.parent?.findTemporary(name) ?? null;
  }

  dropTemporary(table: Table): () => void {
    const key = table.name.toLowerCase();
    if (!this.temporary.delete(key)) return this.parent?.dropTemporary(table) ?? (() => undefined);
    return () => void this.temporary.set(key, table);
  }

  /** The error of the innermost CATCH, here or in a caller. */
  get handled(): SqlError | null {
    return this.caught ?? this.parent?.handled ?? null;
  }

  /** Values of all variables, to be put back when a statement runs again. */
  remember(): () => void {
    const values = [...this.variables.values()].map((variable) => [variable, variable.value] as const);
    return () => {
      for (const [variable, value] of values) variable.value = value;
    };
  }
}
