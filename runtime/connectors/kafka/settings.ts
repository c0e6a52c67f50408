/** Options of a Kafka source, read: where to connect, how to log in, where to begin. */
import type { OptionsOf } from '../../../plan/connectors/index.js';
import type { Disk } from '../../env.js';
import { parseTimestamp } from '../../formats/text-time.js';
import { resolvePath } from '../../paths.js';
import type { Isolation, KafkaOptions, KafkaSasl, KafkaTls } from '../../remote/kafka.js';
import { connectorError } from '../messages.js';
import { kafkaError } from './messages.js';

export type StartAt =
  | { readonly kind: 'earliest' | 'latest' }
  | { readonly kind: 'time'; readonly time_ms: number }
  /** Partitions that are not named begin at the earliest offset. */
  | { readonly kind: 'offsets'; readonly offsets: ReadonlyMap<number, number> };

/** What the `kafka` and the `eventhubs` connector have in common. */
export interface TopicSettings {
  readonly topic: string;
  readonly start: StartAt;
  /** Null = all, and new ones as they appear. */
  readonly partitions: ReadonlySet<number> | null;
  readonly isolation: Isolation;
  readonly stop: 'never' | 'latest';
  readonly discovery_ms: number;
}

type ReadOptions = Pick<OptionsOf<'kafka', 'source'>, 'start' | 'stop' | 'partitions' | 'isolation' | 'discovery'>;
type SecurityOptions = Pick<
  OptionsOf<'kafka'>,
  | 'brokers'
  | 'security'
  | 'sasl_mechanism'
  | 'sasl_username'
  | 'sasl_password'
  | 'oauth_token_url'
  | 'oauth_client_id'
  | 'oauth_client_secret'
  | 'oauth_scope'
  | 'ssl_ca'
  | 'ssl_certificate'
  | 'ssl_key'
>;

const REQUEST_TIMEOUT_MS = 60_000;
const BROKER = /^(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}$/u;
const TOPIC = /^[A-Za-z0-9._-]{1,249}$/u;

/** Throws a diagnostic for what is no name of a topic. */
export function checkedTopic(topic: string, option: string): string {
  if (TOPIC.test(topic) && topic !== '.' && topic !== '..') return topic;
  throw badOption(option, 'a name of 1 to 249 letters, digits, `.`, `_` and `-`', topic);
}

/** Throws a diagnostic for a value that can't be. */
export function topicSettings(options: ReadOptions, topic: string, topicOption: string): TopicSettings {
  checkedTopic(topic, topicOption);
  return {
    topic,
    start: startAt(options.start),
    partitions: options.partitions === null ? null : partitionSet(options.partitions),
    isolation: options.isolation,
    stop: options.stop,
    discovery_ms: Number(options.discovery / 1000n),
  };
}

function startAt(text: string): StartAt {
  if (text === 'earliest' || text === 'latest') return { kind: text };
  if (/^\d+:\d+(?:\s*,\s*\d+:\d+)*$/u.test(text)) {
    const pairs = text.split(',').map((pair) => pair.trim().split(':').map(Number));
    return { kind: 'offsets', offsets: new Map(pairs.map(([partition = 0, offset = 0]) => [partition, offset])) };
  }
  const time_us = parseTimestamp(text, true);
  if (time_us === undefined) {
    throw badOption('start', "'earliest', 'latest', a timestamp or offsets such as '0:1200,1:900'", text);
  }
  // The first millisecond that is not before it.
  return { kind: 'time', time_ms: Number((time_us + 999n) / 1000n) };
}

const PARTITIONS_MAX = 100_000;

function partitionSet(text: string): ReadonlySet<number> {
  const partitions = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^\s*(\d{1,6})(?:-(\d{1,6}))?\s*$/u.exec(part);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? first);
    if (match === null || last < first || last > PARTITIONS_MAX) {
      throw badOption('partitions', "numbers and ranges such as '0,2,4-7'", text);
    }
    for (let partition = first; partition <= last; partition += 1) partitions.add(partition);
  }
  return partitions;
}

export interface FileContext {
  readonly disk: Disk;
  readonly workingDirectory: string;
}

export async function kafkaConnection(
  options: SecurityOptions,
  clientId: string,
  files: FileContext,
): Promise<KafkaOptions> {
  const wrong = options.brokers.find((broker) => !BROKER.test(broker));
  if (wrong !== undefined || options.brokers.length === 0) {
    throw badOption('brokers', "addresses such as 'one:9092,two:9092'", wrong ?? '');
  }
  const { security } = options;
  const encrypted = security === 'ssl' || security === 'sasl_ssl';
  const login = security === 'sasl_plaintext' || security === 'sasl_ssl';
  return {
    brokers: options.brokers,
    clientId,
    tls: encrypted ? await tlsOf(options, files) : null,
    sasl: login ? saslOf(options) : null,
    requestTimeout_ms: REQUEST_TIMEOUT_MS,
  };
}

async function tlsOf(options: SecurityOptions, files: FileContext): Promise<KafkaTls> {
  return {
    authority: await pemOf(options.ssl_ca, files),
    certificate: await pemOf(options.ssl_certificate, files),
    key: options.ssl_key,
  };
}

async function pemOf(path: string | null, { disk, workingDirectory }: FileContext): Promise<string | null> {
  if (path === null) return null;
  const found = resolvePath(workingDirectory, path);
  try {
    return new TextDecoder().decode(await disk.read(found));
  } catch (error) {
    throw connectorError(
      'ESQL8400',
      { path },
      { place: found, cause: error, hint: 'Correct the path of the certificate.' },
    );
  }
}

function saslOf(options: SecurityOptions): KafkaSasl {
  const mechanism = options.sasl_mechanism;
  if (mechanism === 'oauthbearer') {
    const { oauth_token_url: url, oauth_client_id: clientId, oauth_client_secret: clientSecret } = options;
    if (url === null) throw missing('oauth_token_url', mechanism);
    if (clientId === null) throw missing('oauth_client_id', mechanism);
    if (clientSecret === null) throw missing('oauth_client_secret', mechanism);
    const tokens = { kind: 'client_credentials', url, clientId, clientSecret, scope: options.oauth_scope } as const;
    return { mechanism, tokens };
  }
  const { sasl_username: username, sasl_password: password } = options;
  if (username === null) throw missing('sasl_username', mechanism);
  if (password === null) throw missing('sasl_password', mechanism);
  return { mechanism, username, password };
}

function missing(option: string, mechanism: string): Error {
  return badOption(option, `a value for sasl_mechanism = '${mechanism}'`, 'none');
}

const FOUND_LENGTH_MAX = 60;

export function badOption(option: string, expected: string, found: string): Error {
  const shown = found.replace(/[^\x20-\x7e]/gu, '·').slice(0, FOUND_LENGTH_MAX);
  return kafkaError(
    'ESQL8600',
    { option, expected, found: `\`${shown}\`` },
    { hint: `Correct the option \`${option}\`.` },
  );
}
