/**
 * The parts of kafkajs 2.2.4 that its types don't show and that the reader needs: a cluster of connections, without
 * consumer or producer. They are checked when they are first used, so that another version fails with a sentence
 * instead of a TypeError.
 */
import type { Kafka } from 'kafkajs';
import { InternalError } from '../../../grammar/diagnostics/internal-error.js';
import { KafkaError } from '../../../runtime/remote/kafka.js';

/** A request that kafkajs sends as it is, and a response that it hands over as bytes. */
interface Exchange<T, D> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
  };
  readonly response: { decode(payload: Buffer): Promise<D>; parse(decoded: D): Promise<T> };
  readonly requestTimeout?: number;
  readonly logResponseError: boolean;
}

export interface PrivateBroker {
  /** By API key; null before the connection is there. */
  readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>> | null;
  /** Two connections: fetches go through one, everything else through the other, so that none waits for a fetch. */
  readonly connectionPool: {
    send<T, D>(exchange: Exchange<T, D>): Promise<T>;
    /** `chunks`: what was received of a response that is not complete. */
    readonly pool: readonly { chunks: readonly Uint8Array[] }[];
  };
}

export interface PrivateCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  findBroker(target: { readonly nodeId: number }): Promise<PrivateBroker>;
  readonly brokerPool: {
    refreshMetadata(topics: readonly string[]): Promise<void>;
    findConnectedBroker(): Promise<PrivateBroker>;
  };
}

const CREATE_CLUSTER = 'private:Kafka:createCluster';

/** Makes a cluster that is not connected yet. */
export function privateCluster(kafka: Kafka, metadataAge_ms: number): PrivateCluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === CREATE_CLUSTER);
  const create: unknown = symbol === undefined ? undefined : Reflect.get(kafka, symbol);
  if (typeof create !== 'function') throw otherVersion(CREATE_CLUSTER);
  const cluster: unknown = Reflect.apply(create, kafka, [
    { metadataMaxAge: metadataAge_ms, allowAutoTopicCreation: false, maxInFlightRequests: 1 },
  ]);
  if (!isCluster(cluster)) throw otherVersion('Cluster');
  return cluster;
}

/** One exchange with a broker: `body` is what follows the request's header. */
export async function exchange<T>(
  broker: PrivateBroker,
  api: { readonly key: number; readonly name: string; readonly version: number },
  body: Buffer,
  decode: (payload: Buffer) => T,
): Promise<T> {
  const { connectionPool } = broker;
  if (typeof connectionPool.send !== 'function') throw otherVersion('ConnectionPool.send');
  if (!Array.isArray(connectionPool.pool)) throw otherVersion('ConnectionPool.pool');
  dropEmptyRests(connectionPool);
  return connectionPool.send<T, { readonly found: T }>({
    request: {
      apiKey: api.key,
      apiVersion: api.version,
      apiName: api.name,
      encode: () => Promise.resolve({ buf: body, buffer: body }),
    },
    response: {
      decode: (payload) =>
        // An object, because kafkajs looks into what is decoded for a time to throttle.
        new Promise((resolve) => {
          resolve({ found: decode(payload) });
        }),
      parse: ({ found }) => Promise.resolve(found),
    },
    logResponseError: false,
  });
}

/** Behind each response kafkajs keeps an empty rest, and copies the next response to join the two. */
function dropEmptyRests({ pool }: PrivateBroker['connectionPool']): void {
  for (const connection of pool) if (connection.chunks.every(({ length }) => length === 0)) connection.chunks = [];
}

/** The highest version of an API that both sides speak; rejects where there is none. */
export function versionOf(broker: PrivateBroker, api: { key: number; name: string; min: number; max: number }): number {
  const version = optionalVersionOf(broker, api);
  if (version !== null) return version;
  throw new KafkaError(
    'unsupported',
    `the broker does not offer ${api.name} in a version from ${api.min} to ${api.max}`,
  );
}

export function optionalVersionOf(
  broker: PrivateBroker,
  { key, min, max }: { readonly key: number; readonly min: number; readonly max: number },
): number | null {
  const offered = broker.versions?.[key];
  if (offered === undefined) return null;
  const version = Math.min(max, offered.maxVersion);
  return version < Math.max(min, offered.minVersion) ? null : version;
}

function isCluster(value: unknown): value is PrivateCluster {
  return (
    has(value, 'connect', 'disconnect', 'findBroker') &&
    'brokerPool' in value &&
    has(value.brokerPool, 'refreshMetadata', 'findConnectedBroker')
  );
}

function has(value: unknown, ...methods: readonly string[]): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    methods.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}

/** The version is pinned in package.json: another one is a broken installation. */
function otherVersion(part: string): InternalError {
  return new InternalError(`kafkajs has no ${part}: expected version 2.2.4, found another one`);
}
