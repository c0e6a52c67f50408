/**
 * A real Hadoop file system (one namenode, one datanode) from Maven Central, as processes that live as long as a test
 * file. What it stored survives SIGKILL of either.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HdfsOptions } from '../../../runtime/remote/hdfs.js';
import { mavenJars, type Jars } from '../maven.js';
import { freePort } from './free-port.js';

const VERSION = '3.4.1';
const NAMENODE = 'org.apache.hadoop.hdfs.server.namenode.NameNode';
const DATANODE = 'org.apache.hadoop.hdfs.server.datanode.DataNode';
const READY_TIMEOUT_MS = 90_000;
const FORMAT_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

const jars: Jars = mavenJars('hdfs', [
  `org.apache.hadoop:hadoop-common:${VERSION}`,
  `org.apache.hadoop:hadoop-hdfs:${VERSION}`,
  `org.apache.hadoop:hadoop-hdfs-client:${VERSION}`,
  // Without it Maven takes an older one than Hadoop's own JSON needs.
  'com.fasterxml.jackson.core:jackson-core:2.12.7',
]);

const LOGGING = `log4j.rootLogger=WARN, console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=%d{ISO8601} %p %c: %m%n
`;

/** Null, or one line that says why there is no server and how to get one. */
export const hdfsMissing: string | null = jars.kind === 'missing' ? jars.reason : null;

export interface HdfsServer {
  readonly options: HdfsOptions;
  /** `hdfs://host:port`, with the port of the web address. */
  readonly address: string;
  /** SIGKILL of the namenode; resolves when the process is gone. */
  killNamenode(): Promise<void>;
  /** The same folder and ports; resolves when files can be read and written. */
  restartNamenode(): Promise<void>;
  close(): Promise<void>;
}

interface Ports {
  readonly rpc: number;
  readonly web: number;
  readonly data: number;
  readonly dataRpc: number;
  readonly dataWeb: number;
}

export async function startHdfs(): Promise<HdfsServer> {
  if (jars.kind === 'missing') throw new Error(jars.reason);
  const folder = mkdtempSync(join(tmpdir(), 'esql-hdfs-'));
  const ports: Ports = {
    rpc: await freePort(),
    web: await freePort(),
    data: await freePort(),
    dataRpc: await freePort(),
    dataWeb: await freePort(),
  };
  writeConfiguration(folder, ports);
  const server = new OwnHdfs(`${join(folder, 'conf')}:${jars.classPath}`, folder, ports.web);
  server.format();
  await server.start();
  return server;
}

class OwnHdfs implements HdfsServer {
  readonly options: HdfsOptions;
  readonly address: string;
  readonly #classPath: string;
  readonly #folder: string;
  readonly #base: string;
  readonly #running = new Map<string, ChildProcess>();

  constructor(classPath: string, folder: string, webPort: number) {
    this.#classPath = classPath;
    this.#folder = folder;
    this.#base = `http://127.0.0.1:${String(webPort)}`;
    this.address = `hdfs://127.0.0.1:${String(webPort)}`;
    this.options = { namenodes: [this.#base], user: 'esql' };
  }

  format(): void {
    const { status, stdout, stderr } = spawnSync('java', [...this.#flags(NAMENODE), '-format', '-nonInteractive'], {
      cwd: this.#folder,
      encoding: 'utf8',
      timeout: FORMAT_TIMEOUT_MS,
    });
    if (status !== 0) throw new Error(`the namenode could not be formatted:\n${stdout}\n${stderr.slice(-4000)}`);
  }

  async start(): Promise<void> {
    this.#spawn(NAMENODE);
    this.#spawn(DATANODE);
    await this.#untilReady();
  }

  async killNamenode(): Promise<void> {
    await this.#kill(NAMENODE);
  }

  async restartNamenode(): Promise<void> {
    this.#spawn(NAMENODE);
    await this.#untilReady();
  }

  async close(): Promise<void> {
    for (const name of [...this.#running.keys()]) await this.#kill(name);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #flags(name: string): string[] {
    const memory = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    // Without it WebHDFS answers 500 on Java 17.
    const opened = ['--add-opens', 'java.base/java.lang=ALL-UNNAMED'];
    return [...memory, ...opened, '-cp', this.#classPath, name];
  }

  #spawn(name: string): void {
    const log = openSync(join(this.#folder, 'server.log'), 'a');
    const started = spawn('java', this.#flags(name), { cwd: this.#folder, stdio: ['ignore', log, log] });
    closeSync(log);
    this.#running.set(name, started);
  }

  async #kill(name: string): Promise<void> {
    const server = this.#running.get(name);
    this.#running.delete(name);
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  }

  /** A datanode is there and its blocks are known: then the safe mode is over. */
  async #untilReady(): Promise<void> {
    const deadline_ms = Date.now() + READY_TIMEOUT_MS;
    for (;;) {
      const [system, info] = await Promise.all([this.#bean('FSNamesystemState'), this.#bean('NameNodeInfo')]);
      if (system?.['NumLiveDataNodes'] === 1 && info?.['Safemode'] === '') return;
      const ended = [...this.#running.values()].some((each) => each.exitCode !== null || each.signalCode !== null);
      if (ended || Date.now() > deadline_ms) {
        throw new Error(`HDFS did not start:\n${readFileSync(join(this.#folder, 'server.log'), 'utf8').slice(-4000)}`);
      }
      await sleep(POLL_MS);
    }
  }

  async #bean(name: string): Promise<Readonly<Record<string, unknown>> | null> {
    try {
      const answer = await fetch(`${this.#base}/jmx?qry=Hadoop:service=NameNode,name=${name}`, {
        signal: AbortSignal.timeout(5000),
      });
      const { beans } = (await answer.json()) as { readonly beans: readonly Readonly<Record<string, unknown>>[] };
      return beans[0] ?? null;
    } catch {
      return null;
    }
  }
}

function writeConfiguration(folder: string, ports: Ports): void {
  const conf = join(folder, 'conf');
  // The jars lack what a release unpacks: the empty pages of the web servers.
  for (const application of ['hdfs', 'datanode']) {
    const webInf = join(conf, 'webapps', application, 'WEB-INF');
    mkdirSync(webInf, { recursive: true });
    writeFileSync(join(webInf, 'web.xml'), '<web-app/>\n');
  }
  writeFileSync(join(conf, 'log4j.properties'), LOGGING);
  const at = (port: number): string => `127.0.0.1:${String(port)}`;
  writeFileSync(
    join(conf, 'core-site.xml'),
    settings({ 'fs.defaultFS': `hdfs://${at(ports.rpc)}`, 'hadoop.tmp.dir': join(folder, 'data') }),
  );
  writeFileSync(
    join(conf, 'hdfs-site.xml'),
    settings({
      'dfs.replication': '1',
      'dfs.namenode.rpc-address': at(ports.rpc),
      'dfs.namenode.http-address': at(ports.web),
      'dfs.datanode.address': at(ports.data),
      'dfs.datanode.ipc.address': at(ports.dataRpc),
      'dfs.datanode.http.address': at(ports.dataWeb),
      'dfs.datanode.hostname': '127.0.0.1',
      'dfs.permissions.enabled': 'false',
      'dfs.namenode.datanode.registration.ip-hostname-check': 'false',
      // A restarted namenode is known to its datanode sooner.
      'dfs.heartbeat.interval': '1',
      'dfs.namenode.safemode.extension': '0',
    }),
  );
}

function settings(values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(
    ([name, value]) => `<property><name>${name}</name><value>${value}</value></property>\n`,
  );
  return `<configuration>\n${lines.join('')}</configuration>\n`;
}
