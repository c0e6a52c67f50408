/** Where rows enter the graph: chunks go through the decoder, typed rows straight on; bad records follow ON ERROR. */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import { takesWholeFiles } from '../../plan/connectors/whole-files.js';
import type { SourceOperator } from '../../plan/plan.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import type { SourceBuffers, SourceReader } from '../connectors/connector.js';
import type { BadRecord, Decoder, RawChunk, RowSink } from '../formats/format.js';
import type { BuildContext } from './build-context.js';
import { newCounters, resetCounters } from './counters.js';
import { WATERMARK_END, WATERMARK_NONE, type BatchContext, type Emit, type RuntimeOperator } from './operator.js';
import { recordFailed } from './row-failures.js';
import type { SourceErrors } from './source-errors.js';

export class SourceRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state = null;
  readonly buffers: SourceBuffers;
  readonly reader: SourceReader;
  readonly #operator: SourceOperator;
  readonly #decoder: Decoder | null;
  readonly #errors: SourceErrors;
  readonly #emit: Emit;
  readonly #emitErrors: Emit;
  #context: BatchContext | null = null;

  constructor(operator: SourceOperator, context: BuildContext) {
    const errors = context.errorsOf(operator.id);
    if (errors === null) throw new InternalError(`source ${operator.id} has nowhere to put errors`);
    this.#operator = operator;
    this.#decoder = operator.format === null || takesWholeFiles(operator, 'source') ? null : context.decoder(operator);
    this.#errors = errors;
    this.#emit = context.emit(operator.id, 'rows');
    this.#emitErrors = context.emit(operator.id, 'errors');
    const sink: RowSink = {
      rows: (batch) => {
        this.#rows(batch);
      },
      bad: (record) => {
        this.#bad(record);
      },
    };
    this.buffers = buffersOf(this.#decoder);
    this.reader = {
      rows: (batch) => {
        this.#rows(batch);
      },
      bytes: (chunk: RawChunk) => {
        if (this.#decoder === null) throw new InternalError(`source ${operator.id} has no format for bytes`);
        this.#decoder.decode(chunk, sink);
      },
      bad: (record) => {
        this.#bad(record);
      },
    };
  }

  begin(context: BatchContext): void {
    this.#context = context;
    resetCounters(this.counters);
    this.#decoder?.begin();
  }

  push(): void {
    throw new InternalError(`source ${this.#operator.id} has no inputs`);
  }

  finish(): bigint {
    if (this.#context === null) throw new InternalError('finish before begin');
    return this.#context.sources.get(this.#operator.id)?.ended === true ? WATERMARK_END : WATERMARK_NONE;
  }

  /** The first step of finishing a micro-batch, before any operator finishes: errors of later operators are in, too. */
  flushErrors(): void {
    if (this.#context === null) throw new InternalError('finish before begin');
    this.#errors.flush(this.#context.now_us, this.#emitErrors);
  }

  #rows(batch: ColumnBatch): void {
    const count = selectedCount(batch);
    this.counters.rowsIn += count;
    this.counters.rowsOut += count;
    if (count > 0) this.#emit(batch);
  }

  #bad(record: BadRecord): void {
    if (this.#operator.on_error === 'fail') {
      throw recordFailed(this.#operator.id, `${record.resource}:${record.position}`, record);
    }
    this.counters.rowsIn += 1;
    this.counters.errors += 1;
    if (this.#operator.on_error === 'into') this.#errors.add(record);
  }
}

function buffersOf(decoder: Decoder | null): SourceBuffers {
  if (decoder !== null) {
    const buffers = { framing: decoder.framing, allocate: (bytes: number) => decoder.allocate(bytes) };
    const prepare = decoder.prepare?.bind(decoder);
    return prepare === undefined ? buffers : { ...buffers, prepare };
  }
  const noBytes = (): never => {
    throw new InternalError('a source of typed rows has no bytes');
  };
  return { framing: { lastRecordEnd: noBytes }, allocate: noBytes };
}
