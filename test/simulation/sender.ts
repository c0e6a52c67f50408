/**
 * The sender of the socket scenario. It outlives the processes, keeps every frame until it is acknowledged, and after
 * each new connection sends all others again: at once, before it has heard what the receiver knows. Its first
 * connection breaks and its second one ends, both in the middle of a line.
 */
import { SeededRandom } from './random.js';

export interface SentFrame {
  readonly producer: string;
  readonly number: number;
  /** One line. */
  readonly payload: string;
}

const CHUNK_BYTES_MAX = 24;
/** What a connection delivers before it breaks or ends; the later ones deliver everything. */
const CUT_AFTER_CHUNKS: readonly number[] = [3, 5];

export class Sender {
  readonly #frames: readonly SentFrame[];
  readonly #acknowledged = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  /** Acknowledgements of what was never sent. */
  readonly violations: string[] = [];
  #connections = 0;

  constructor(frames: readonly SentFrame[]) {
    this.#frames = frames;
  }

  connect(): Wire {
    const cut = CUT_AFTER_CHUNKS[this.#connections];
    this.#connections += 1;
    // Not the world's numbers: a run meets the same steps whatever its seed, so that every one of them can be hit.
    const random = new SeededRandom(this.#connections);
    const due = this.#frames.filter(({ producer, number }) => number > (this.#acknowledged.get(producer) ?? 0));
    const text = due.map(({ producer, number, payload }) => `${producer} ${String(number)} ${payload}\n`).join('');
    for (const { producer, number } of due) {
      this.#sent.set(producer, Math.max(number, this.#sent.get(producer) ?? 0));
    }
    const chunks: Buffer[] = [];
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + random.below(CHUNK_BYTES_MAX);
      chunks.push(bytes.subarray(at, end));
      at = end;
    }
    const isCut = cut !== undefined && chunks.length > cut;
    const ending = isCut ? (cut === CUT_AFTER_CHUNKS[0] ? 'broken' : 'end') : 'open';
    return new Wire(isCut ? chunks.slice(0, cut) : chunks, ending, (line) => {
      this.#hear(line);
    });
  }

  #hear(line: string): void {
    const [, producer = '', digits = ''] = /^ACK (\S+) (\d+)$/u.exec(line) ?? [];
    const number = Number(digits);
    if (producer === '' || number > (this.#sent.get(producer) ?? 0)) this.violations.push(`acknowledged: ${line}`);
    this.#acknowledged.set(producer, Math.max(number, this.#acknowledged.get(producer) ?? 0));
  }
}

export class WireError extends Error {}

/** One connection, seen from the receiver. */
export class Wire {
  readonly #chunks: Buffer[];
  readonly #ending: 'broken' | 'end' | 'open';
  readonly #hear: (line: string) => void;
  #heard = '';
  #isClosed = false;
  #closed: () => void = () => undefined;
  readonly #closing = new Promise<void>((resolve) => {
    this.#closed = resolve;
  });

  constructor(chunks: Buffer[], ending: 'broken' | 'end' | 'open', hear: (line: string) => void) {
    this.#chunks = chunks;
    this.#ending = ending;
    this.#hear = hear;
  }

  /** A connection that stays open with nothing to deliver has no answer before it is closed. */
  async ready(): Promise<void> {
    if (this.#chunks.length === 0 && this.#ending === 'open') await this.#closing;
  }

  take(): Uint8Array | null {
    if (this.#isClosed) return null;
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) return chunk;
    if (this.#ending === 'broken') throw new WireError('ECONNRESET');
    return null;
  }

  hear(bytes: Uint8Array): void {
    if (this.#isClosed) throw new WireError('EPIPE');
    const lines = (this.#heard + Buffer.from(bytes).toString('latin1')).split('\n');
    this.#heard = lines.pop() ?? '';
    for (const line of lines) this.#hear(line);
  }

  close(): void {
    this.#isClosed = true;
    this.#closed();
  }
}
