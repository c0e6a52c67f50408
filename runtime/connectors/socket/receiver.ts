/**
 * Keeps a connection to the sender: receives, logs, acknowledges, and connects again with back-off. One chunk at a
 * time: the next is received only when the last is durable, so that a slow disk slows the sender down and memory stays
 * bounded.
 */
import type { Clock, Connection, Env } from '../../env.js';
import { connectorError } from '../messages.js';
import { LineSplitter, parseFrame, plainFrame, type Frame } from './frames.js';
import type { SocketLog } from './log.js';

export interface ReceiverOptions {
  readonly host: string;
  readonly port: number;
  readonly ack: boolean;
  /** Receiving waits while the log holds more. */
  readonly logBytes_max: number;
}

const BACKOFF_FIRST_MS = 100;
const BACKOFF_LAST_MS = 30_000;
/** A job that starts for the first time finds out early that nobody listens. */
const FIRST_ATTEMPTS = 4;
const FULL_POLL_MS = 100;

export class Receiver {
  readonly #env: Env;
  readonly #options: ReceiverOptions;
  readonly #log: SocketLog;
  readonly #stop = new AbortController();
  /** Called after every append. */
  readonly #appended: () => void;
  #connection: Connection | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(env: Env, options: ReceiverOptions, log: SocketLog, appended: () => void) {
    this.#env = env;
    this.#options = options;
    this.#log = log;
    this.#appended = appended;
  }

  get address(): string {
    return `${this.#options.host}:${this.#options.port}`;
  }

  /** Connects, and rejects with a diagnostic if a few attempts fail. Only before `start`. */
  async connectFirst(): Promise<void> {
    for (let attempt = 1; this.#connection === null; attempt++) {
      try {
        this.#connection = await this.#env.network.connect(this.#options.host, this.#options.port);
      } catch (error) {
        if (attempt === FIRST_ATTEMPTS) {
          throw connectorError(
            'ESQL8420',
            { address: this.address, why: reason(error) },
            { place: this.address, cause: error, hint: 'Start the sender first, or correct host and port.' },
          );
        }
        await this.#pause(attempt);
      }
    }
  }

  /** Receives until `close`; `failed` is told of what can't be mended by connecting again. */
  start(failed: (error: unknown) => void): void {
    this.#running = this.#run().catch(failed);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#connection?.close();
    await this.#running;
    // One more: the loop may have been connecting.
    await this.#disconnect();
  }

  #isClosed(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(): Promise<void> {
    // A connection that is taken and closed again without a byte is as fruitless as one that is refused.
    for (let fruitless = 0; !this.#isClosed();) {
      const received = await this.#session();
      fruitless = received ? 1 : fruitless + 1;
      if (!this.#isClosed()) await this.#pause(fruitless);
    }
  }

  /** One connection, from its beginning to its end; whether it delivered anything. Rejects only for what is fatal. */
  async #session(): Promise<boolean> {
    let received = false;
    try {
      const { host, port } = this.#options;
      this.#connection ??= await orNull(this.#env.network.connect(host, port));
      const connection = this.#connection;
      if (connection === null || this.#isClosed()) return false;
      if (this.#options.ack && !(await this.#acknowledge(connection, this.#log.producers))) return false;
      const splitter = new LineSplitter();
      for (;;) {
        await this.#whileFull();
        if (this.#isClosed()) return received;
        const bytes = await receive(connection);
        if (this.#isClosed() || bytes === 'broken') return received;
        if (bytes === null) {
          await this.#end(splitter);
          return received;
        }
        received = true;
        if (!(await this.#take(connection, splitter.push(bytes)))) return received;
      }
    } finally {
      await this.#disconnect();
    }
  }

  /** A plain stream that was closed in order ends its last line with itself; a broken one may have lost the rest. */
  async #end(splitter: LineSplitter): Promise<void> {
    const line = splitter.end();
    if (line === null || this.#options.ack) return;
    await this.#log.append([plainFrame(line)]);
    this.#appended();
  }

  /** Logs the lines, then acknowledges them; false if the connection broke. */
  async #take(connection: Connection, lines: readonly Buffer[]): Promise<boolean> {
    if (!this.#options.ack) {
      await this.#log.append(lines.map(plainFrame));
      this.#appended();
      return true;
    }
    const fresh: Frame[] = [];
    const last = new Map<string, number>();
    for (const line of lines) {
      const frame = parseFrame(line, this.address);
      const producer = frame.producer ?? '';
      const known = last.get(producer) ?? this.#log.producers.get(producer) ?? 0;
      if (frame.number > known) {
        fresh.push(frame);
        last.set(producer, frame.number);
      } else if (!last.has(producer)) last.set(producer, known);
    }
    await this.#log.append(fresh);
    this.#appended();
    return this.#acknowledge(connection, last);
  }

  async #acknowledge(connection: Connection, numbers: ReadonlyMap<string, number>): Promise<boolean> {
    if (numbers.size === 0) return true;
    const lines = [...numbers].map(([producer, number]) => `ACK ${producer} ${number}\n`);
    try {
      await connection.send(Buffer.from(lines.join(''), 'latin1'));
      return true;
    } catch {
      // The sender will send again what it does not know to be durable, and it will be recognised.
      return false;
    }
  }

  async #whileFull(): Promise<void> {
    while (this.#log.diskBytes > this.#options.logBytes_max && !this.#isClosed()) {
      await this.#env.clock.sleep(FULL_POLL_MS, this.#stop.signal);
    }
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    try {
      await connection?.close();
    } catch {
      // A broken connection has nothing left to close.
    }
  }

  /** Doubles with every failure, up to a limit, with jitter so that many jobs don't come back at once. */
  async #pause(failures: number): Promise<void> {
    const { clock, random } = this.#env;
    const full_ms = Math.min(BACKOFF_LAST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures - 1, 10));
    const jitter = (random.bytes(1)[0] ?? 0) / 255;
    await sleep(clock, full_ms * (0.5 + jitter / 2), this.#stop.signal);
  }
}

async function sleep(clock: Clock, duration_ms: number, signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await clock.sleep(duration_ms, signal);
}

async function receive(connection: Connection): Promise<Uint8Array | null | 'broken'> {
  try {
    return await connection.receive();
  } catch {
    return 'broken';
  }
}

async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch {
    return null;
  }
}

/** The operating system's name of the failure; the message could repeat more than it should. */
function reason(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return 'no answer';
}
