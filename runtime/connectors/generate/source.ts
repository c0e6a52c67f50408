/**
 * The `generate` source: rows that hold their number, from which computed columns make the rest. Positions are the
 * numbers of rows already made, so any range can be made again. `rate` decides only how many rows a plan takes.
 */
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { OptionsOf } from '../../../plan/connectors/index.js';
import { ROWS_PER_COLUMN_BATCH_MAX } from '../../formats/format.js';
import type {
  JsonValue,
  PlanLimits,
  Source,
  SourceBuffers,
  SourceCursor,
  SourceRange,
  SourceReader,
} from '../connector.js';
import type { SourceContext } from '../context.js';
import { connectorError } from '../messages.js';

export type GenerateOptions = OptionsOf<'generate', 'source'>;

/** What a row counts for in the byte budget of a batch. */
const ROW_BYTES = 64;
const ROWS_BATCH_MAX = 1_000_000;
/** So many seconds of rows may be made up for after a pause. */
const BURST_S = 1;

export class GenerateSource implements Source {
  readonly #context: SourceContext;
  readonly #options: GenerateOptions;
  readonly #total: number;
  readonly #closing = new AbortController();
  #planned = 0;
  #ended = false;
  /** Moment up to which rows have been let through, by the monotonic clock. */
  #paid_ms: number;

  constructor(context: SourceContext, options: GenerateOptions) {
    this.#context = context;
    this.#options = options;
    this.#total = options.rows ?? Number.MAX_SAFE_INTEGER;
    this.#paid_ms = context.env.clock.monotonic_ms();
  }

  open(cursor: SourceCursor | null): Promise<void> {
    this.#planned = cursor === null ? 0 : rowCount(cursor);
    this.#ended = cursor !== null && this.#planned >= this.#total;
    this.#paid_ms = this.#context.env.clock.monotonic_ms();
    return Promise.resolve();
  }

  plan(limits: PlanLimits): Promise<readonly SourceRange[]> {
    if (this.#ended) return Promise.resolve([]);
    const left = this.#total - this.#planned;
    const wanted = Math.min(left, ROWS_BATCH_MAX, Math.max(1, Math.floor(limits.bytes_max / ROW_BYTES)));
    const count = Math.min(wanted, this.#allowed());
    const final = count === left;
    if (count === 0 && !final) return Promise.resolve([]);
    this.#pay(count);
    const start = this.#planned;
    this.#planned += count;
    this.#ended = final;
    return Promise.resolve([{ partition: 0, name: 'generate', start, end: this.#planned, final }]);
  }

  seek(ranges: readonly SourceRange[]): void {
    for (const range of ranges) {
      this.#planned = rowCount(range.end);
      if (range.final) this.#ended = true;
    }
  }

  read(ranges: readonly SourceRange[], _buffers: SourceBuffers, reader: SourceReader): Promise<void> {
    let ordinal = 0;
    for (const range of ranges) {
      const end = rowCount(range.end);
      for (let start = rowCount(range.start); start < end;) {
        const count = Math.min(ROWS_PER_COLUMN_BATCH_MAX, end - start);
        this.#emit(start, count, ordinal, reader);
        start += count;
        ordinal += count;
      }
    }
    return Promise.resolve();
  }

  advance(cursor: SourceCursor | null, ranges: readonly SourceRange[]): SourceCursor {
    return ranges.at(-1)?.end ?? cursor ?? 0;
  }

  trim(): Promise<void> {
    return Promise.resolve();
  }

  async wait(timeout_ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#ended && this.#allowed() > 0) return;
    const { rate } = this.#options;
    const next_ms = this.#ended || rate === null ? timeout_ms : Math.ceil(1000 / rate);
    const either = AbortSignal.any([signal, this.#closing.signal]);
    await this.#context.env.clock.sleep(Math.min(timeout_ms, next_ms), either);
  }

  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }

  /** Rows that the rate lets through now. */
  #allowed(): number {
    const { rate } = this.#options;
    if (rate === null) return Number.MAX_SAFE_INTEGER;
    const now_ms = this.#context.env.clock.monotonic_ms();
    this.#paid_ms = Math.max(this.#paid_ms, now_ms - BURST_S * 1000 - 1000 / rate);
    return Math.floor(((now_ms - this.#paid_ms) * rate) / 1000);
  }

  #pay(count: number): void {
    const { rate } = this.#options;
    if (rate !== null) this.#paid_ms += (count * 1000) / rate;
  }

  /** Rows `start + 1 … start + count`: they are counted from 1. */
  #emit(start: number, count: number, ordinal: number, reader: SourceReader): void {
    const columns = this.#context.operator.columns.map((column) => {
      invariant(column.from === 'metadata' && column.name === 'row_number', 'generate offers row_number only');
      const values = new BigInt64Array(count);
      for (let i = 0; i < count; i++) values[i] = BigInt(start + 1 + i);
      return { kind: 'i64', values, valid: null } as const;
    });
    const starts = new Int32Array(count);
    for (let i = 0; i < count; i++) starts[i] = i;
    reader.rows({
      rowCount: count,
      columns,
      selection: null,
      weights: null,
      // A row has no bytes of its own; its position is its number.
      origin: {
        partition: 0,
        resource: 'generate',
        heap: NO_BYTES,
        starts,
        lengths: new Int32Array(count),
        positions: null,
        position_base: start + 1,
      },
      ordinal_base: ordinal,
    });
  }
}

const NO_BYTES = new Uint8Array(0);

function rowCount(value: JsonValue): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw connectorError(
    'ESQL8408',
    { why: 'the stored position is not a number of rows' },
    { hint: 'Use the checkpoint folder that belongs to this query, or a new one.' },
  );
}
