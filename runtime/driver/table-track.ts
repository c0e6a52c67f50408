/**
 * One table as the driver follows it: which snapshot is in force, and when the table is looked at again. A snapshot is
 * durable before the intent that names it is published, and a replay takes it from the store.
 */
import { DiagnosticError, type Diagnostic } from '../../grammar/diagnostics/diagnostic.js';
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import { timestampToText } from '../../plan/literals.js';
import { TABLES, tableName } from '../checkpoint/paths.js';
import { publishByHash, storeParts, type objectProblem } from '../checkpoint/snapshot.js';
import type { ObjectStore } from '../storage/object-store.js';
import { tableDiagnostic, tableError } from '../tables/messages.js';
import { decodeSnapshot, encodeSnapshot } from '../tables/snapshot-bytes.js';
import type { TableSnapshot } from '../tables/snapshot.js';
import { sameSnapshot, type TableReference } from '../wal/tables.js';
import type { JobTable } from './job.js';

/** A failed refresh is tried again after this part of the interval, at the latest after `RETRY_MAX_US`. */
const RETRY_PARTS = 10n;
const RETRY_MAX_US = 60_000_000n;

export interface RefreshContext {
  readonly store: ObjectStore;
  /** The batch that is being planned. */
  readonly batch: number;
  readonly now_us: bigint;
  /** Memory that the snapshot may take. */
  readonly bytes_max: number;
  readonly warn: (warning: Diagnostic) => void;
  /** Names of objects that were written. */
  readonly wrote: (name: string) => void;
}

export class TableTrack {
  readonly id: string;
  readonly #table: JobTable;
  readonly #verify: typeof objectProblem;
  #current: TableReference | null = null;
  /** What the pipeline has. */
  #inForce: TableReference | null = null;
  /** Just read, not yet handed to the pipeline. */
  #fresh: { readonly reference: TableReference; readonly snapshot: TableSnapshot } | null = null;
  #retryAt_us: bigint | null = null;
  #warned = '';

  constructor(table: JobTable, verify: typeof objectProblem) {
    this.id = table.id;
    this.#table = table;
    this.#verify = verify;
  }

  restore(stored: TableReference | null): void {
    this.#current = stored;
  }

  /** The snapshot that the next batch joins with; loads the table where that is due. */
  async plan(context: RefreshContext): Promise<TableReference> {
    const current = this.#usable;
    if (current === null) return (this.#current = await this.#load(context, null));
    if (!this.#isDue(current, context.now_us)) return current;
    try {
      this.#current = await this.#load(context, current);
      this.#retryAt_us = null;
      this.#warned = '';
      return this.#current;
    } catch (error) {
      // Results stay right for what the table was; only a first load has nothing to go on with.
      if (!(error instanceof DiagnosticError)) throw error;
      this.#postpone(error.diagnostic, current, context);
      return current;
    }
  }

  /** Puts the snapshot in force that an intent names. Rejects with ESQL8704 if it is lost. */
  async use(reference: TableReference, store: ObjectStore, batch: number): Promise<void> {
    if (this.#inForce === null || !sameSnapshot(this.#inForce, reference)) {
      const fresh = this.#fresh;
      const isFresh = fresh !== null && sameSnapshot(fresh.reference, reference);
      this.#table.target.load(isFresh ? fresh.snapshot : await this.#stored(reference, store, batch));
    }
    this.#fresh = null;
    this.#inForce = reference;
    this.#current = reference;
  }

  manifest(): readonly TableReference[] {
    return this.#current === null ? [] : [this.#current];
  }

  /** Null if there is none yet, or if the plan has made another table of it. */
  get #usable(): TableReference | null {
    return this.#current?.definition === this.#table.definition ? this.#current : null;
  }

  #isDue(current: TableReference, now_us: bigint): boolean {
    const { refresh_us } = this.#table;
    if (refresh_us === null) return false;
    if (this.#retryAt_us !== null && now_us < this.#retryAt_us) return false;
    return now_us - current.loaded_us >= refresh_us;
  }

  async #load(context: RefreshContext, before: TableReference | null): Promise<TableReference> {
    const { store, batch, now_us } = context;
    const bytes_max = context.bytes_max + this.#table.target.bytes;
    const snapshot = await this.#table.load(bytes_max, before === null);
    const parts = storeParts(encodeSnapshot(snapshot));
    const objects = parts.map(({ sha256, size }) => ({ sha256, size }));
    const { id } = this;
    const { definition } = this.#table;
    const reference: TableReference = { id, definition, first: batch, loaded_us: now_us, objects };
    if (before !== null && sameSnapshot({ ...reference, first: before.first }, before))
      return { ...before, loaded_us: now_us };
    for (const part of parts) {
      const name = tableName(batch, part.sha256);
      await publishByHash(store, name, part);
      context.wrote(name);
    }
    this.#fresh = { reference, snapshot };
    return reference;
  }

  async #stored(reference: TableReference, store: ObjectStore, batch: number): Promise<TableSnapshot> {
    const { table, schema } = this.#table;
    const lost = (why: string, object: string): Error =>
      tableError(
        'ESQL8704',
        { table, batch, why },
        {
          place: `${store.uri}/${object}`,
          hint: 'Restore the object from a backup, or start afresh with another --query-id and empty sinks.',
        },
      );
    const parts: Uint8Array[] = [];
    for (const object of reference.objects) {
      const name = tableName(reference.first, object.sha256);
      const bytes = await store.read(name);
      const problem = this.#verify(bytes, object);
      if (problem !== null || bytes === null) throw lost(problem ?? 'is missing', name);
      parts.push(bytes);
    }
    const [only] = parts;
    const whole = only !== undefined && parts.length === 1 ? only : Buffer.concat(parts);
    const snapshot = decodeSnapshot(schema, whole);
    if (snapshot === null) throw lost('has other columns', TABLES);
    return snapshot;
  }

  #postpone(diagnostic: Diagnostic, current: TableReference, { now_us, warn }: RefreshContext): void {
    const { refresh_us, table } = this.#table;
    invariant(refresh_us !== null, 'only a table that is refreshed is loaded again');
    const part_us = refresh_us / RETRY_PARTS;
    this.#retryAt_us = now_us + (part_us < RETRY_MAX_US ? part_us : RETRY_MAX_US);
    const why = `${diagnostic.code}: ${diagnostic.label}`;
    if (why === this.#warned) return;
    this.#warned = why;
    const since = `${timestampToText(current.loaded_us)}Z`;
    const { place } = diagnostic;
    warn(
      tableDiagnostic(
        'ESQL8703',
        { table, since, why: diagnostic.label },
        {
          place,
          facts: [`The cause is ${diagnostic.code}.`, 'It is tried again, and said again only when the cause changes.'],
          hint: diagnostic.hint,
        },
      ),
    );
  }
}
