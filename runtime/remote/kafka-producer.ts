/**
 * Writing to Kafka as the runtime sees it: transactions under an id, of record batches that are encoded already. A call
 * is one attempt and rejects with `KafkaError`; after one that failed only `initialise` may follow.
 */
import { KafkaError } from './kafka.js';

export interface KafkaProducerOptions {
  /** What will be written to. */
  readonly topics: readonly string[];
  /** Null: no transactions. What is sent is there for good, and may be there twice after a failure. */
  readonly transactionalId: string | null;
  /** The broker takes back a transaction that is open for longer. */
  readonly transactionTimeout_ms: number;
}

/** Null: what the broker has as default. */
export interface NewTopic {
  readonly topic: string;
  readonly partitions: number | null;
  readonly replication: number | null;
  readonly settings: Readonly<Record<string, string>>;
}

/** Records of one batch (message format 2), without the batch's header; timestamps are relative to 0 ms. */
export interface RecordsToSend {
  readonly topic: string;
  readonly partition: number;
  readonly count: number;
  readonly codec: 'none' | 'gzip';
  /** As the codec made them. */
  readonly records: Uint8Array;
}

export interface KafkaProducer {
  /** `exists`: there was one already. */
  createTopic(topic: NewTopic): Promise<'created' | 'exists'>;
  /**
   * Takes the transactional id: whoever had it can't send or commit any more, and a transaction that was open is ended,
   * with its markers written, when this resolves.
   */
  initialise(): Promise<void>;
  /** Begins a transaction if none is open, and adds partitions to it. */
  enlist(topic: string, partitions: readonly number[]): Promise<void>;
  /** Sends the batches of each partition in their order; resolves when all in-sync replicas have them. */
  send(batches: readonly RecordsToSend[], time_ms: number): Promise<void>;
  /**
   * Ends the transaction, and resolves when its markers are in all partitions. The broker answers before: one that
   * restarts then may forget to write them, and leaves the transaction open for ever. If it rejects the outcome is
   * unknown; `initialise` decides it.
   */
  commit(): Promise<void>;
  close(): Promise<void>;
}

/**
 * `fenced`: another producer has taken the transactional id, or the transaction took too long. `too_large`: a batch is
 * beyond what the broker takes. `compacted`: the topic takes no records without a key.
 */
export type ProducerRefusal = 'fenced' | 'too_large' | 'compacted';

export class KafkaProducerError extends KafkaError {
  readonly refusal: ProducerRefusal;

  constructor(refusal: ProducerRefusal, said: string) {
    super('refused', said);
    this.name = 'KafkaProducerError';
    this.refusal = refusal;
  }
}

const INVALID_RECORD = 87;
const FENCED_CODES: ReadonlySet<number> = new Set([47, 90]);
const TOO_LARGE_CODES: ReadonlySet<number> = new Set([10, 18]);
/**
 * Coordinators that move or are busy, too few replicas for the moment, and states of a transaction that `initialise`
 * mends.
 */
const PASSING_CODES: ReadonlySet<number> = new Set([14, 15, 16, 19, 20, 45, 46, 48, 49, 51, 59, 120]);
const NOT_ALLOWED_CODES: ReadonlySet<number> = new Set([53]);

/** What an error code in the response of a writing request means; null = one that reading knows as well. */
export function producerCodeError(code: number, what: string): KafkaError | null {
  const said = `${what}: error ${String(code)}`;
  if (FENCED_CODES.has(code)) return new KafkaProducerError('fenced', said);
  if (TOO_LARGE_CODES.has(code)) return new KafkaProducerError('too_large', said);
  if (code === INVALID_RECORD) return new KafkaProducerError('compacted', said);
  if (PASSING_CODES.has(code)) return new KafkaError('stale', said);
  return NOT_ALLOWED_CODES.has(code) ? new KafkaError('forbidden', said) : null;
}
