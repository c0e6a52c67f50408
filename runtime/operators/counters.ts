/** Row counters and the identity that must hold for them after every micro-batch. */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import type { Operator } from '../../plan/plan.js';
import type { RowCounters } from './operator.js';

export function newCounters(): RowCounters {
  return { rowsIn: 0, rowsOut: 0, filtered: 0, late: 0, errors: 0, buffered: 0 };
}

export function resetCounters(counters: RowCounters): void {
  counters.rowsIn = 0;
  counters.rowsOut = 0;
  counters.filtered = 0;
  counters.late = 0;
  counters.errors = 0;
  counters.buffered = 0;
}

/**
 * No row gets lost without being counted. Where a row belongs to several windows it can be late for one and come out
 * of, or go into, another: then every row must be counted at least once. An aggregate's output consists of rows of its
 * own.
 */
export function assertRowsAccounted(operator: Operator, counters: Readonly<RowCounters>): void {
  const { rowsIn, rowsOut, filtered, late, errors, buffered } = counters;
  const rest = filtered + late + errors + buffered;
  let holds: boolean;
  switch (operator.op) {
    case 'source':
    case 'filter':
    case 'project':
    case 'watermark':
    case 'late':
    case 'table':
    case 'union':
    case 'sink':
      holds = rowsIn === rowsOut + rest;
      break;
    case 'window':
      holds =
        operator.window.size_us === operator.window.slide_us ? rowsIn === rowsOut + rest : rowsIn <= rowsOut + rest;
      break;
    case 'lookup':
      holds = operator.matches === 'one' ? rowsIn === rowsOut + rest : rowsIn <= rowsOut + rest;
      break;
    case 'aggregate':
      holds = operator.pane === null ? rowsIn === rest : rowsIn <= rest;
      break;
  }
  invariant(holds, `operator ${operator.id} lost count of its rows: ${JSON.stringify(counters)}`);
}
