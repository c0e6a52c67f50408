/**
 * A real Apache Kafka broker (KRaft, one node) from Maven Central, as a process that lives as long as a test file.
 * `ESQL_TEST_KAFKA_VERSION` takes another version (3.9.2 is tried, too); `ESQL_TEST_KAFKA=host:port` an existing
 * broker.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { selfSigned } from '../certificates.js';
import { mavenJars, type Jars } from '../maven.js';
import { freePort } from './free-port.js';

const VERSION = process.env['ESQL_TEST_KAFKA_VERSION'] ?? '4.4.0';
const EXISTING = process.env['ESQL_TEST_KAFKA'];
const READY_TIMEOUT_MS = 60_000;
const FORMAT_TIMEOUT_MS = 60_000;
const POLL_MS = 30;
/** Any 22 characters of base64 do. */
const CLUSTER_ID = 'ZXNxbC10ZXN0LWNsdXN0ZQ';
const FORMATTER = 'kafka.tools.StorageTool';

/** The logins of a secured broker. */
export const kafkaUsers = {
  plain: { username: 'alice', password: 'alice-secret' },
  scram: { username: 'bob', password: 'bob-secret' },
} as const;

const jars: Jars | null =
  EXISTING === undefined
    ? mavenJars(`kafka-${VERSION}`, [`org.apache.kafka:kafka_2.13:${VERSION}`, 'org.slf4j:slf4j-simple:1.7.36'])
    : null;

/** Null, or one line that says why there is no broker and how to get one. */
export const kafkaMissing: string | null = jars?.kind === 'missing' ? jars.reason : null;

/** Why a test of a broker of its own (killed, secured, with settings) can't run; null = it can. */
export const ownKafkaMissing: string | null =
  EXISTING === undefined ? kafkaMissing : 'ESQL_TEST_KAFKA names a broker that tests may not stop';

export interface KafkaBroker {
  /** `host:port` without TLS or login; of a secured broker the listener with SASL and without TLS. */
  readonly address: string;
  /** Listeners with TLS, with and without SASL; null unless secured. */
  readonly secured: { readonly tls: string; readonly saslTls: string; readonly authority: string } | null;
  /** A client of the tests themselves. */
  client(): Kafka;
  /** Makes a topic of a name that no other test has. */
  topic(name: string, options?: TopicOptions): Promise<string>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when the process is gone. */
  stop(): Promise<void>;
  /** After `kill` or `stop`: the same ports and log folders; resolves when every partition answers. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface TopicOptions {
  readonly partitions?: number;
  readonly settings?: Readonly<Record<string, string>>;
}

export interface KafkaBrokerOptions {
  /** Listeners with SASL (PLAIN, SCRAM) and TLS instead of the open one. */
  readonly secured?: boolean;
  /** More lines for server.properties. */
  readonly properties?: Readonly<Record<string, string>>;
}

interface Ports {
  readonly plain: number;
  readonly controller: number;
  readonly tls: number;
  readonly saslTls: number;
}

export async function startKafka(options: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
  if (EXISTING !== undefined) return existingBroker(EXISTING);
  if (jars?.kind !== 'found') throw new Error(kafkaMissing ?? 'no broker');
  const folder = mkdtempSync(join(tmpdir(), 'esql-kafka-'));
  const ports: Ports = {
    plain: await freePort(),
    controller: await freePort(),
    tls: await freePort(),
    saslTls: await freePort(),
  };
  const secured = options.secured === true;
  const certificate = secured ? selfSigned(['127.0.0.1', 'localhost']) : null;
  if (certificate !== null) writeFileSync(join(folder, 'server.pem'), certificate.key + certificate.certificate);
  writeFileSync(join(folder, 'server.properties'), properties(folder, ports, secured, options.properties ?? {}));
  format(jars.classPath, folder, secured);
  const server = new OwnBroker(jars.classPath, folder, ports, certificate?.certificate ?? null);
  await server.restart();
  return server;
}

class OwnBroker implements KafkaBroker {
  readonly address: string;
  readonly secured: KafkaBroker['secured'];
  readonly #classPath: string;
  readonly #folder: string;
  #process: ChildProcess | null = null;
  #topics = 0;

  constructor(classPath: string, folder: string, ports: Ports, authority: string | null) {
    this.#classPath = classPath;
    this.#folder = folder;
    this.address = `127.0.0.1:${ports.plain}`;
    this.secured =
      authority === null ? null : { tls: `127.0.0.1:${ports.tls}`, saslTls: `127.0.0.1:${ports.saslTls}`, authority };
  }

  client(): Kafka {
    return testClient(this.address, this.secured !== null);
  }

  topic(name: string, options: TopicOptions = {}): Promise<string> {
    this.#topics += 1;
    return createTopic(this.client(), `${name}-${this.#topics}`, options);
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async restart(): Promise<void> {
    const log = openSync(join(this.#folder, 'server.log'), 'a');
    const flags = ['-Xms128m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', this.#classPath];
    const server = spawn('java', [...flags, 'kafka.Kafka', join(this.#folder, 'server.properties')], {
      cwd: this.#folder,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#process = server;
    const deadline_ms = Date.now() + READY_TIMEOUT_MS;
    while (!(await answersApiVersions(this.address))) {
      if (server.exitCode !== null || server.signalCode !== null || Date.now() > deadline_ms) {
        await this.kill();
        throw new Error(`the broker did not start:\n${this.#logTail()}`);
      }
      await sleep(POLL_MS);
    }
    await partitionsAnswer(this.client(), deadline_ms);
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #logTail(): string {
    return readFileSync(join(this.#folder, 'server.log'), 'utf8').slice(-4000);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#process;
    this.#process = null;
    if (server === null || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill(signal);
    await ended;
  }
}

/** Not ours: it is neither stopped nor restarted, and topics are removed at the end. */
function existingBroker(address: string): KafkaBroker {
  const created: string[] = [];
  const mayNot = (): Promise<void> => Promise.reject(new Error(ownKafkaMissing ?? 'not our broker'));
  const client = (): Kafka => testClient(address, false);
  return {
    address,
    secured: null,
    client,
    async topic(name, options = {}) {
      const topic = await createTopic(client(), `esql-test-${process.pid}-${Date.now()}-${name}`, options);
      created.push(topic);
      return topic;
    },
    kill: mayNot,
    stop: mayNot,
    restart: mayNot,
    async close() {
      if (created.length > 0) await withAdmin(client(), (admin) => admin.deleteTopics({ topics: created }));
    },
  };
}

function properties(folder: string, ports: Ports, secured: boolean, more: Readonly<Record<string, string>>): string {
  const common: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'kraft'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'num.network.threads': '1',
    'num.io.threads': '2',
    'log.cleaner.dedupe.buffer.size': '8388608',
    // Without these a restart after SIGKILL waits 9 s for the dead broker's session.
    'broker.session.timeout.ms': '1000',
    'broker.heartbeat.interval.ms': '200',
    'controller.quorum.election.timeout.ms': '100',
    'controller.quorum.election.backoff.max.ms': '100',
  };
  const lines = { ...common, ...(secured ? securedListeners(folder, ports) : openListener(ports)), ...more };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function openListener(ports: Ports): Record<string, string> {
  return {
    listeners: `PLAINTEXT://127.0.0.1:${ports.plain},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.plain}`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
  };
}

function securedListeners(folder: string, ports: Ports): Record<string, string> {
  const brokers =
    `SASL_PLAINTEXT://127.0.0.1:${ports.plain},SSL://127.0.0.1:${ports.tls},` + `SASL_SSL://127.0.0.1:${ports.saslTls}`;
  const { username, password } = kafkaUsers.plain;
  const modules = {
    plain:
      'org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" ' +
      `password="admin-secret" user_admin="admin-secret" user_${username}="${password}";`,
    'scram-sha-256': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'scram-sha-512': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  };
  const logins = ['sasl_plaintext', 'sasl_ssl'].flatMap((listener) =>
    Object.entries(modules).map(([mechanism, login]): [string, string] => [
      `listener.name.${listener}.${mechanism}.sasl.jaas.config`,
      login,
    ]),
  );
  return {
    listeners: `${brokers},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': brokers,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL',
    'inter.broker.listener.name': 'SASL_PLAINTEXT',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(folder, 'server.pem'),
    ...Object.fromEntries(logins),
  };
}

function format(classPath: string, folder: string, secured: boolean): void {
  const { username, password } = kafkaUsers.scram;
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${username},password=${password}]`,
  ]);
  const flags = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', classPath];
  const { status, stdout, stderr } = spawnSync(
    'java',
    [
      ...[...flags, FORMATTER, 'format', '-t', CLUSTER_ID, '-c', join(folder, 'server.properties')],
      ...(secured ? scram : []),
    ],
    { encoding: 'utf8', timeout: FORMAT_TIMEOUT_MS },
  );
  if (status !== 0) throw new Error(`the log folder could not be formatted:\n${stdout}\n${stderr}`);
}

function testClient(address: string, secured: boolean): Kafka {
  return new Kafka({
    brokers: [address],
    clientId: 'esql-test',
    connectionTimeout: 5000,
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 20, retries: 12 },
    ...(secured ? { ssl: false, sasl: { mechanism: 'plain', ...kafkaUsers.plain } } : {}),
  });
}

async function withAdmin<T>(client: Kafka, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = client.admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Makes a topic of this very name, and waits until its leaders answer. */
export async function createTopic(client: Kafka, topic: string, options: TopicOptions = {}): Promise<string> {
  const configEntries = Object.entries(options.settings ?? {}).map(([name, value]) => ({ name, value }));
  await withAdmin(client, async (admin) => {
    await admin.createTopics({
      topics: [{ topic, numPartitions: options.partitions ?? 1, replicationFactor: 1, configEntries }],
      // The client gives up at the first answer of a broker that doesn't know the topic yet.
      waitForLeaders: false,
    });
    await topicAnswers(admin, topic);
  });
  return topic;
}

/** Every partition of a new topic has a leader. */
async function topicAnswers(admin: Admin, topic: string): Promise<void> {
  const deadline_ms = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (Date.now() > deadline_ms) throw error;
      await sleep(POLL_MS);
    }
  }
}

/** ApiVersions, version 0: a broker answers it before any login. */
async function answersApiVersions(address: string): Promise<boolean> {
  const [host = '', port = ''] = address.split(':');
  const body = Buffer.from([0, 18, 0, 0, 0, 0, 0, 1, 0, 4, ...Buffer.from('test')]);
  const request = Buffer.concat([Buffer.from([0, 0, 0, body.length]), body]);
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) });
    const finish = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    let answer = Buffer.alloc(0);
    socket.setTimeout(1000, () => {
      finish(false);
    });
    socket.once('error', () => {
      finish(false);
    });
    socket.once('close', () => {
      finish(false);
    });
    socket.on('data', (bytes) => {
      answer = Buffer.concat([answer, bytes]);
      // Length, correlation id, error code.
      if (answer.length >= 10) finish(answer.readInt16BE(8) === 0);
    });
    socket.once('connect', () => socket.write(request));
  });
}

/** After a restart a broker still answers for a moment that it leads nothing. */
async function partitionsAnswer(client: Kafka, deadline_ms: number): Promise<void> {
  for (;;) {
    try {
      await withAdmin(client, async (admin) => {
        for (const topic of await admin.listTopics()) if (!topic.startsWith('__')) await admin.fetchTopicOffsets(topic);
      });
      return;
    } catch (error) {
      if (Date.now() > deadline_ms) throw error;
      await sleep(POLL_MS);
    }
  }
}
