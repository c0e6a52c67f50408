/**
 * What a running job shows on standard error: one line that is kept up to date on a terminal, a line now and then
 * elsewhere.
 */
import type { OptionValues, Plan } from '../plan/plan.js';
import { timestampToText } from '../plan/literals.js';
import { WATERMARK_END, WATERMARK_NONE } from '../runtime/operators/operator.js';
import type { RunEvent, RunObserver, RunOutcome } from '../runtime/run.js';
import type { Terminal } from './command.js';
import { renderTable } from './table.js';

const TERMINAL_INTERVAL_MS = 100;
const LOG_INTERVAL_MS = 5000;

export class Progress implements RunObserver {
  readonly #plan: Plan;
  readonly #terminal: Terminal;
  readonly #quiet: boolean;
  readonly #started_ms = performance.now();
  readonly #onBatch: () => void;
  /** Changes written, by sink operator id. */
  readonly #sinks = new Map<string, number>();
  #shown_ms = Number.NEGATIVE_INFINITY;
  #lineOpen = false;
  #rowsRead = 0;
  #late = 0;
  #errors = 0;
  #batch = 0;
  #checkpoint: number | null = null;
  #watermark_us: bigint | null = null;
  #waiting = false;

  constructor(plan: Plan, terminal: Terminal, options: { readonly quiet: boolean; readonly onBatch: () => void }) {
    this.#plan = plan;
    this.#terminal = terminal;
    this.#quiet = options.quiet;
    this.#onBatch = options.onBatch;
  }

  event(event: RunEvent): void {
    switch (event.kind) {
      case 'recovered':
        this.#recovered(event);
        return;
      case 'batch':
        this.#countBatch(event);
        this.#onBatch();
        break;
      case 'checkpoint':
        this.#checkpoint = event.batch;
        break;
      case 'table kept':
        this.closeLine();
        this.#terminal.diagnostics.report(event.warning);
        return;
      case 'waiting':
        this.#waiting = true;
        break;
      case 'stopping':
        this.#say(
          event.why === 'signal'
            ? 'Stopping: finishing the current batch and writing a checkpoint (a second signal stops at once).'
            : 'Stopping: the disk is almost full; finishing the current batch and writing a checkpoint.',
        );
        return;
    }
    this.#show();
  }

  /** Ends the progress line and says how it ended. */
  finish(outcome: RunOutcome): void {
    this.closeLine();
    if (this.#quiet) return;
    if (outcome.already) {
      this.#terminal.err(
        `Nothing left to do: the job finished before, with batch ${String(outcome.batch)}. ` +
          'Input that came since then is for a new job: name one with --query-id.\n',
      );
      return;
    }
    this.#terminal.err(`${this.#line()}\n`);
    if (this.#sinks.size > 0) this.#terminal.err(`\n${this.#sinkTable()}`);
    if (outcome.kind === 'stopped') this.#terminal.err('\nStopped. The same command goes on from here.\n');
  }

  /** Clears the progress line, so that something else can be written. */
  closeLine(): void {
    if (this.#lineOpen) this.#terminal.err('\r\u001b[2K');
    this.#lineOpen = false;
  }

  #recovered(event: Extract<RunEvent, { kind: 'recovered' }>): void {
    for (const warning of event.warnings) {
      this.closeLine();
      this.#terminal.diagnostics.report(warning);
    }
    if (event.finished || (event.batch === 0 && event.replayed === 0)) return;
    const replayed = event.replayed === 0 ? '' : `, replaying ${plural(event.replayed, 'batch', 'batches')}`;
    this.#say(`Resuming after batch ${String(event.batch)} (epoch ${String(event.epoch)})${replayed}.`);
  }

  #countBatch(event: Extract<RunEvent, { kind: 'batch' }>): void {
    this.#waiting = false;
    this.#batch = event.batch;
    for (const operator of this.#plan.operators) {
      const counters = event.counters.get(operator.id);
      if (counters === undefined) continue;
      this.#late += operator.op === 'late' ? 0 : counters.late;
      this.#errors += counters.errors;
      if (operator.op === 'source') this.#rowsRead += counters.rowsIn;
      if (operator.op === 'sink') {
        this.#sinks.set(operator.id, (this.#sinks.get(operator.id) ?? 0) + counters.rowsOut);
      }
      const watermark = operator.op === 'watermark' ? event.watermarks_us.get(operator.id) : undefined;
      if (watermark !== undefined && watermark !== WATERMARK_NONE && watermark !== WATERMARK_END) {
        this.#watermark_us = watermark;
      }
    }
  }

  #show(): void {
    if (this.#quiet) return;
    const now_ms = performance.now();
    const interval_ms = this.#terminal.errIsTerminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS;
    if (!this.#terminal.errIsTerminal && this.#shown_ms === Number.NEGATIVE_INFINITY) this.#shown_ms = now_ms;
    if (now_ms - this.#shown_ms < interval_ms) return;
    this.#shown_ms = now_ms;
    if (this.#terminal.errIsTerminal) {
      this.#terminal.err(`\r\u001b[2K${this.#line().slice(0, Math.max(20, this.#terminal.columns - 1))}`);
      this.#lineOpen = true;
    } else {
      this.#terminal.err(`${this.#line()}\n`);
    }
  }

  #line(): string {
    const seconds = (performance.now() - this.#started_ms) / 1000;
    const parts = [
      `batch ${String(this.#batch)}`,
      `${count(this.#rowsRead)} rows`,
      `${count(Math.round(this.#rowsRead / Math.max(seconds, 0.001)))} rows/s`,
    ];
    if (this.#late > 0) parts.push(`${count(this.#late)} late`);
    if (this.#errors > 0) parts.push(`${count(this.#errors)} errors`);
    if (this.#watermark_us !== null) parts.push(`watermark ${timestampToText(this.#watermark_us)}`);
    if (this.#checkpoint !== null) parts.push(`checkpoint ${String(this.#checkpoint)}`);
    if (this.#waiting) parts.push('waiting for input');
    return parts.join(' · ');
  }

  #sinkTable(): string {
    const rows = this.#plan.operators.flatMap((operator) =>
      operator.op === 'sink'
        ? [[operator.sink, operator.connector, place(operator.options), count(this.#sinks.get(operator.id) ?? 0)]]
        : [],
    );
    return renderTable(
      [
        { title: 'sink', align: 'left' },
        { title: 'connector', align: 'left' },
        { title: 'where', align: 'left' },
        { title: 'changes written', align: 'right' },
      ],
      rows,
    );
  }

  #say(text: string): void {
    this.closeLine();
    if (!this.#quiet) this.#terminal.err(`${text}\n`);
  }
}

/** The options that say where a sink is, as written: references stay references. */
function place(options: OptionValues): string {
  return ['path', 'table']
    .map((name) => options[name])
    .filter((value): value is string => typeof value === 'string')
    .join(' → ');
}

function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/gu, ',');
}

function plural(number: number, one: string, many: string): string {
  return `${String(number)} ${number === 1 ? one : many}`;
}
