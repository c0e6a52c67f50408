/** What a query is checked in. */
import type { Query } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import type { TypedQuery } from '../typed.js';
import type { CommonTableBinding, Relations } from './relations.js';

export interface QueryContext {
  readonly sink: DiagnosticSink;
  readonly relations: Relations;
  readonly commonTables: readonly CommonTableBinding[];
  /** The names that lead to the query; operator ids begin with it. */
  readonly scope: string;
  /** Whether EMIT may stand at the end: at the top of a stream. */
  readonly takesEmit: boolean;
  /** Part of the context because relations hold queries. */
  readonly checkQuery: (query: Query, context: QueryContext) => TypedQuery | undefined;
}
