/**
 * A Kafka cluster as the runtime sees it: what is needed to read topics exactly, and nothing that decides by itself.
 * Every call is one attempt; it rejects with `KafkaError`. Offsets are whole numbers below 2^53.
 */
import type { Secret } from '../../plan/connectors/secret.js';

export interface KafkaOptions {
  /** `host:port`. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls: KafkaTls | null;
  readonly sasl: KafkaSasl | null;
  readonly requestTimeout_ms: number;
}

/** Texts in PEM; null = what the system trusts, and no certificate of the client. */
export interface KafkaTls {
  readonly authority: string | null;
  readonly certificate: string | null;
  readonly key: Secret | null;
}

export type KafkaSasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: Secret;
    }
  | { readonly mechanism: 'oauthbearer'; readonly tokens: KafkaTokens };

export type KafkaTokens =
  /** OAuth 2 client credentials at an OpenID provider. */
  | {
      readonly kind: 'client_credentials';
      readonly url: string;
      readonly clientId: string;
      readonly clientSecret: Secret;
      readonly scope: string | null;
    }
  /** Microsoft Entra: the default chain. */
  | { readonly kind: 'entra'; readonly scope: string; readonly clientId: string | null };

export interface TopicDescription {
  readonly clusterId: string | null;
  /** Null where the broker is older than topic ids (Kafka 2.8). */
  readonly topicId: string | null;
  /** In ascending order. */
  readonly partitions: readonly PartitionDescription[];
}

export interface PartitionDescription {
  readonly partition: number;
  /** Node id; -1 while there is none. */
  readonly leader: number;
  /** -1 where the broker doesn't tell. */
  readonly leaderEpoch: number;
}

export type Isolation = 'read_committed' | 'read_uncommitted';

export interface OffsetQuery {
  readonly partition: number;
  /**
   * `latest`: behind the last record that can be read (the last stable offset under `read_committed`). `time_ms`: the
   * first record of this time or later; without one, `latest`.
   */
  readonly at: 'earliest' | 'latest' | { readonly time_ms: number };
}

export interface PartitionOffset {
  readonly partition: number;
  readonly offset: number;
  /** -1 where the broker doesn't tell. */
  readonly leaderEpoch: number;
}

export interface FetchRequest {
  readonly topic: string;
  /** The node to ask: the leader of all these partitions. */
  readonly leader: number;
  readonly isolation: Isolation;
  /** The broker waits so long for the first byte. */
  readonly wait_ms: number;
  readonly bytes_max: number;
  readonly partitions: readonly {
    readonly partition: number;
    readonly offset: number;
    /** What the reader takes for the leader's epoch: an older or newer leader refuses. -1 = don't check. */
    readonly leaderEpoch: number;
    readonly bytes_max: number;
  }[];
}

export interface FetchedPartition {
  readonly partition: number;
  /** Kafka's error code; 0 = none. */
  readonly error: number;
  readonly highWatermark: number;
  /** Nothing behind it is delivered under `read_committed`. */
  readonly lastStable: number;
  readonly logStart: number;
  /** As the broker lists them: not sorted. Empty under `read_uncommitted`. */
  readonly aborted: readonly AbortedTransaction[];
  /** Record batches; the last may be cut off. May be kept: nobody writes into it again. */
  readonly records: Uint8Array;
}

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

export interface KafkaCluster {
  /** Null if there is no such topic. Also learns the leaders' addresses anew. */
  describe(topic: string): Promise<TopicDescription | null>;
  /** One query per partition. */
  offsets(topic: string, isolation: Isolation, queries: readonly OffsetQuery[]): Promise<readonly PartitionOffset[]>;
  /**
   * Where the records of a leader's epoch end (KIP-320): shorter than what was read means that the log was cut. Null
   * where the broker can't tell.
   */
  epochEnds(topic: string, asked: readonly EpochQuery[]): Promise<readonly EpochEnd[] | null>;
  fetch(request: FetchRequest): Promise<readonly FetchedPartition[]>;
  /** A topic's settings by name; null where this login may not see them. */
  settings(topic: string, names: readonly string[]): Promise<ReadonlyMap<string, string> | null>;
  close(): Promise<void>;
}

export interface EpochQuery {
  readonly partition: number;
  readonly leaderEpoch: number;
}

export interface EpochEnd {
  readonly partition: number;
  readonly leaderEpoch: number;
  /** -1: the epoch is not known any more. */
  readonly endOffset: number;
}

/**
 * `unreachable`: no connection, or no answer in time. `stale`: leaders have moved, or are being elected; ask again.
 * `login`: the credential is refused. `forbidden`: this login may not. `unsupported`: the broker lacks what is needed.
 * `refused`: anything else that the broker says no to.
 */
export type KafkaFailure = 'unreachable' | 'stale' | 'login' | 'forbidden' | 'unsupported' | 'refused';

export class KafkaError extends Error {
  readonly failure: KafkaFailure;

  /** `said` is for people and holds no credential. */
  constructor(failure: KafkaFailure, said: string, options?: ErrorOptions) {
    super(said, options);
    this.name = 'KafkaError';
    this.failure = failure;
  }

  /** The same call may succeed a little later. */
  get passing(): boolean {
    return this.failure === 'unreachable' || this.failure === 'stale';
  }
}

/**
 * Kafka's error codes that say: leaders have moved, or the broker is not ready; learn the leaders anew and ask again.
 */
const STALE_CODES: ReadonlySet<number> = new Set([3, 5, 6, 7, 8, 9, 13, 14, 15, 41, 56, 74, 75, 77, 78, 100, 103]);
const FORBIDDEN_CODES: ReadonlySet<number> = new Set([29, 30, 31]);

export const OFFSET_OUT_OF_RANGE = 1;
export const UNKNOWN_TOPIC = 3;

/** What an error code in a response means; `what` is the request, for people. */
export function kafkaCodeError(code: number, what: string): KafkaError {
  const said = `${what}: error ${String(code)}`;
  if (STALE_CODES.has(code)) return new KafkaError('stale', said);
  if (FORBIDDEN_CODES.has(code)) return new KafkaError('forbidden', said);
  if (code === 58) return new KafkaError('login', said);
  if (code === 35 || code === 76) return new KafkaError('unsupported', said);
  return new KafkaError('refused', said);
}
