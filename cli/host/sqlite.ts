/** better-sqlite3 behind the runtime's `SqliteDriver`. */
import Database from 'better-sqlite3';
import { SqliteError, type SqliteConnection, type SqliteDriver, type SqlValue } from '../../runtime/env.js';
import { systemCode } from './system-code.js';

export const sqliteDriver: SqliteDriver = {
  open: (path, options) =>
    guardAsync(() => {
      const database = new Database(path, { timeout: options.busyTimeout_ms });
      database.defaultSafeIntegers(true);
      return sqliteConnection(database);
    }),
};

/** Also used over in-memory databases by tests. */
export function sqliteConnection(database: Database.Database): SqliteConnection {
  return {
    execute: (sql) => {
      guard(() => database.exec(sql));
    },
    prepare: (sql) => {
      const statement = guard(() => database.prepare<SqlValue[], SqlValue[]>(sql));
      if (statement.reader) statement.raw(true);
      return {
        run: (parameters) => guard(() => statement.run(...parameters).changes),
        all: (parameters) => guard(() => statement.all(...parameters)),
        *each(parameters) {
          const rows = guard(() => statement.iterate(...parameters));
          try {
            for (let next = guard(() => rows.next()); next.done !== true; next = guard(() => rows.next())) {
              yield next.value;
            }
          } finally {
            // The connection stays busy until then.
            rows.return?.();
          }
        },
      };
    },
    commit: () => guardAsync(() => void database.exec('COMMIT')),
    close: () => {
      guard(() => database.close());
    },
  };
}

function guard<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error)
      throw new SqliteError(systemCode(error) ?? 'SQLITE_ERROR', error.message, { cause: error });
    throw error;
  }
}

function guardAsync<T>(action: () => T): Promise<T> {
  try {
    return Promise.resolve(guard(action));
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
