/**
 * The `socket` source: a client of `host:port` that receives lines. TCP can't be read again, so every record goes
 * through the write-ahead log first; ranges are sequence numbers of the log. What is not in the log yet is outside the
 * promise in plain mode; in `ack` mode the sender keeps it until it is acknowledged.
 */
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { OptionsOf } from '../../../plan/connectors/index.js';
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
import { SocketLog, type FrameGroup } from './log.js';
import { Receiver } from './receiver.js';

export type SocketOptions = OptionsOf<'socket', 'source'>;

const SEGMENT_BYTES = 16 * 1024 * 1024;
/** Records are kept as long as a checkpoint needs them; beyond this the sender has to wait. */
const LOG_BYTES_MAX = 8 * 1024 * 1024 * 1024;
const HOST = /^[A-Za-z0-9.:_-]{1,253}$/u;

export interface SocketLimits {
  readonly segmentBytes_max: number;
  readonly logBytes_max: number;
}

export class SocketSource implements Source {
  readonly #context: SourceContext;
  readonly #options: SocketOptions;
  readonly #limits: SocketLimits;
  readonly #waiters = new Set<() => void>();
  #log: SocketLog | null = null;
  #receiver: Receiver | null = null;
  #planned = 0;
  #failure: unknown = null;

  constructor(
    context: SourceContext,
    options: SocketOptions,
    limits: SocketLimits = { segmentBytes_max: SEGMENT_BYTES, logBytes_max: LOG_BYTES_MAX },
  ) {
    this.#context = context;
    this.#options = options;
    this.#limits = limits;
  }

  async open(cursor: SourceCursor | null): Promise<void> {
    const { env, logDirectory, epoch } = this.#context;
    const { host, port, ack } = this.#options;
    const start = cursor === null ? null : sequenceOf(cursor);
    if (!HOST.test(host)) {
      throw connectorError(
        'ESQL8427',
        { host: host.replace(/[^\x21-\x7e]/gu, '·').slice(0, 64) },
        { hint: 'Write a name or an address such as 127.0.0.1.' },
      );
    }
    if (logDirectory === null) {
      throw connectorError('ESQL8428', {}, { hint: 'Name a folder with --checkpoint-dir.' });
    }
    const { segmentBytes_max, logBytes_max } = this.#limits;
    const log = await SocketLog.open(env, { directory: logDirectory, epoch, segmentBytes_max, place: this.#address });
    this.#log = log;
    this.#planned = start ?? log.first;
    if (this.#planned < log.first || this.#planned > log.end) throw this.#unreachable(this.#planned, log);
    const receiver = new Receiver(env, { host, port, ack, logBytes_max }, log, () => {
      this.#wake();
    });
    this.#receiver = receiver;
    if (start === null && log.end === 0) await receiver.connectFirst();
    receiver.start((error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  plan(limits: PlanLimits): Promise<readonly SourceRange[]> {
    const log = this.#opened;
    const start = this.#planned;
    if (start === log.end) {
      // What is durable is processed before the failure is reported.
      return this.#failure === null ? Promise.resolve([]) : Promise.reject(asError(this.#failure));
    }
    const end = log.rangeEnd(start, limits.bytes_max);
    this.#planned = end;
    return Promise.resolve([{ partition: 0, name: this.#address, start, end, final: false }]);
  }

  seek(ranges: readonly SourceRange[]): void {
    for (const range of ranges) this.#planned = sequenceOf(range.end);
  }

  async read(ranges: readonly SourceRange[], buffers: SourceBuffers, reader: SourceReader): Promise<void> {
    const log = this.#opened;
    for (const range of ranges) {
      const start = sequenceOf(range.start);
      const end = sequenceOf(range.end);
      if (start < log.first || end > log.end) throw this.#unreachable(start, log);
      for await (const group of log.read(start, end)) this.#deliver(group, start, end, buffers, reader);
    }
  }

  advance(cursor: SourceCursor | null, ranges: readonly SourceRange[]): SourceCursor {
    return ranges.at(-1)?.end ?? cursor ?? 0;
  }

  async trim(cursor: SourceCursor): Promise<void> {
    await this.#opened.trim(sequenceOf(cursor));
  }

  async wait(timeout_ms: number, signal: AbortSignal): Promise<void> {
    if (this.#planned < this.#opened.end || this.#failure !== null) return;
    const woken = new AbortController();
    const wake = (): void => {
      woken.abort();
    };
    this.#waiters.add(wake);
    await this.#context.env.clock.sleep(timeout_ms, AbortSignal.any([signal, woken.signal]));
    this.#waiters.delete(wake);
  }

  async close(): Promise<void> {
    this.#wake();
    await this.#receiver?.close();
    await this.#log?.close();
    this.#receiver = null;
    this.#log = null;
  }

  get #address(): string {
    return `${this.#options.host}:${this.#options.port}`;
  }

  get #opened(): SocketLog {
    invariant(this.#log !== null, 'the source is open');
    return this.#log;
  }

  #wake(): void {
    for (const wake of this.#waiters) wake();
  }

  #deliver(group: FrameGroup, start: number, end: number, buffers: SourceBuffers, reader: SourceReader): void {
    const from = Math.max(0, start - group.first);
    const to = Math.min(group.lengths.length, end - group.first);
    const sum = (a: number, b: number): number =>
      group.lengths.subarray(a, b).reduce((total, length) => total + length, 0);
    const skipped = sum(0, from);
    const length = sum(from, to);
    const heap = buffers.allocate(length).subarray(0, length);
    heap.set(group.bytes.subarray(skipped, skipped + length));
    const each = new Float64Array(to - from);
    for (let i = 0; i < each.length; i++) each[i] = group.first + from + i;
    reader.bytes({ heap, start: 0, end: length, partition: 0, resource: this.#address, positions: { each } });
  }

  #unreachable(start: number, log: SocketLog): Error {
    return connectorError(
      'ESQL8423',
      { start: String(start), first: String(log.first), end: String(log.end) },
      {
        place: this.#address,
        facts: ['What a socket delivered can only be read again from its log.'],
        hint: 'Restore the log with the checkpoint folder, or start with an empty sink and a new checkpoint folder.',
      },
    );
  }
}

function sequenceOf(value: JsonValue): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw connectorError(
    'ESQL8408',
    { why: 'the stored position is not a sequence number of a socket source' },
    { hint: 'Use the checkpoint folder that belongs to this query, or a new one.' },
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
