/**
 * The database: schemas, tables, procedures, types; who is connected; how it is set up. It outlives the server's
 * sockets.
 */
import { type ProcedureDefinition, type TableDefinition } from './ast.js';
import { LockManager } from './locks.js';
import { type Table } from './storage.js';

export interface Procedure {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly definition: ProcedureDefinition;
}

export interface TableType {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly definition: TableDefinition;
}

export interface SessionInfo {
  readonly spid: number;
  readonly loginName: string;
  readonly hostName: string;
  readonly applicationName: string;
  readonly isEncrypted: boolean;
  readonly clientAddress: string;
}

export interface DatabaseSettings {
  readonly name: string;
  readonly serverName: string;
  /** Readers see committed rows instead of waiting: on in Azure SQL, off in SQL Server unless somebody turned it on. */
  readonly readsSnapshots: boolean;
  /** 5 Azure SQL Database, 3 Enterprise, 8 Managed Instance. */
  readonly engineEdition: number;
  readonly lockEscalation: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export const DEFAULT_SETTINGS: DatabaseSettings = {
  name: 'streams',
  serverName: 'tds-double',
  readsSnapshots: false,
  engineEdition: 3,
  lockEscalation: 5000,
  now: () => Date.now(),
};

const nameKey = (schema: string, name: string): string => `${schema}.${name}`.toLowerCase();

/** Objects of one kind by schema and name, whatever their case. */
export class Objects<T extends { readonly schema: string; readonly name: string }> {
  readonly #byName = new Map<string, T>();

  find(schema: string, name: string): T | undefined {
    return this.#byName.get(nameKey(schema, name));
  }
  /** Adds or replaces; what undoes it is returned. */
  put(item: T): () => void {
    const key = nameKey(item.schema, item.name);
    const before = this.#byName.get(key);
    this.#byName.set(key, item);
    return () => {
      if (before === undefined) this.#byName.delete(key);
      else this.#byName.set(key, before);
    };
  }
  remove(item: T): () => void {
    const key = nameKey(item.schema, item.name);
    this.#byName.delete(key);
    return () => void this.#byName.set(key, item);
  }
  all(): readonly T[] {
    return [...this.#byName.values()];
  }
}

export class Database {
  readonly settings: DatabaseSettings;
  readonly schemas = new Map<string, { readonly id: number; readonly name: string }>();
  readonly tables = new Objects<Table>();
  readonly procedures = new Objects<Procedure>();
  readonly types = new Objects<TableType>();
  readonly locks = new LockManager();
  readonly sessions = new Map<number, SessionInfo>();
  #objectIdNext = 901_578_250;
  #transactionNext = 0x1_0000_0001n;

  constructor(settings: Partial<DatabaseSettings> = {}) {
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
    this.addSchema('dbo');
    this.addSchema('sys');
    this.addSchema('INFORMATION_SCHEMA');
  }

  addSchema(name: string): () => void {
    const key = name.toLowerCase();
    this.schemas.set(key, { id: key === 'dbo' ? 1 : this.schemas.size + 4, name });
    return () => void this.schemas.delete(key);
  }

  newObjectId(): number {
    this.#objectIdNext += 16;
    return this.#objectIdNext;
  }

  newTransactionDescriptor(): bigint {
    this.#transactionNext += 1n;
    return this.#transactionNext;
  }
}
