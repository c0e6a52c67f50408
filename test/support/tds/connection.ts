/** One client: prelogin, TLS, login, then requests one after the other. */
import { type Socket } from 'node:net';
import { type Duplex } from 'node:stream';
import { ShortRead } from './bytes.js';
import { ByteReader } from './bytes.js';
import { type Database } from './engine/database.js';
import { Cancelled, SqlError } from './engine/errors.js';
import { Requests } from './engine/requests.js';
import { Session } from './engine/session.js';
import { VERSION_NUMBERS } from './engine/system-functions.js';
import { faultError, type Faults, type Point } from './faults.js';
import { FEATURE, type Login, readLogin, TDS_VERSION } from './login.js';
import { FramingError, type Message, PACKET, PacketReader, PacketWriter } from './packet.js';
import { agreeOnEncryption, readPrelogin, type Reach, type ServerEncryption, writePrelogin } from './prelogin.js';
import { type Call, readBatch, readCalls, readTransactionRequest } from './request.js';
import { Response } from './response.js';
import { readBulkLoad } from './table-value.js';
import * as tokens from './tokens.js';
import { type Signature } from './tokens.js';
import { strictTlsOver, tlsOver, Tunnel } from './tunnel.js';
import { UnknownWireType } from './type-info.js';
import { type Certificate } from '../certificates.js';

export interface ConnectionSettings {
  readonly database: Database;
  readonly faults: Faults;
  readonly encryption: ServerEncryption;
  readonly certificate: Certificate;
  readonly users: ReadonlyMap<string, string>;
  readonly accessTokens: ReadonlySet<string>;
  readonly kill: (spid: number) => void;
  readonly onRequest: (text: string) => void;
}

const TLS_HANDSHAKE = 0x16;
const PACKET_SIZE = { min: 512, max: 32_767, usual: 4096 };

/** The connection is gone on purpose. */
class Dropped extends Error {}

/** The connection ends once everything that was said has arrived. */
class Ended extends Error {}

export class Connection {
  readonly spid: number;
  readonly #settings: ConnectionSettings;
  readonly #socket: Socket;
  #out: Duplex;
  #tunnel: Tunnel | null = null;
  #reach: Reach = 'none';
  #isEncrypted = false;
  readonly #reader: PacketReader;
  readonly #writer: PacketWriter;
  #state: 'prelogin' | 'login' | 'ready' = 'prelogin';
  #isFederated = false;
  #session: Session | null = null;
  #requests: Requests | null = null;
  #signature: Signature;
  #tdsVersion: number = TDS_VERSION.v74;
  #isStrict = false;
  #queue: Promise<void> = Promise.resolve();
  #running: { isCancelled: boolean } | null = null;
  #isFirstChunk = true;
  /** What the request says, for faults that look for it. */
  #requestText = '';

  constructor(socket: Socket, spid: number, settings: ConnectionSettings) {
    this.spid = spid;
    this.#settings = settings;
    this.#socket = socket;
    this.#out = socket;
    this.#signature = { serverName: settings.database.settings.serverName, isWide: true };
    this.#reader = new PacketReader((message) => {
      this.#receive(message);
    });
    this.#writer = new PacketWriter(spid, (bytes) => {
      if (!this.#out.destroyed) this.#out.write(bytes);
    });
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#chunk(chunk);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#closed();
    });
  }

  get isIdle(): boolean {
    return this.#running === null;
  }

  /** Cuts the connection, and takes back what isn't committed. */
  destroy(): void {
    this.#socket.destroy();
    this.#closed();
  }

  #closed(): void {
    this.#session?.close();
    this.#session = null;
    this.#tunnel?.destroy();
  }

  #chunk(chunk: Buffer): void {
    if (this.#isFirstChunk) {
      this.#isFirstChunk = false;
      if (chunk[0] === TLS_HANDSHAKE) return this.#startStrict(chunk);
    }
    if (this.#tunnel !== null) this.#tunnel.receive(chunk);
    else this.#plain(chunk);
  }

  #plain(chunk: Buffer): void {
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (!(error instanceof FramingError)) throw error;
      this.destroy();
    }
  }

  /** TDS 8.0: TLS before anything else. */
  #startStrict(chunk: Buffer): void {
    const tunnel = new Tunnel(this.#socket, this.spid);
    tunnel.endFraming();
    this.#useTls(tunnel, strictTlsOver(tunnel, this.#settings.certificate));
    this.#reach = 'all';
    this.#isEncrypted = true;
    tunnel.receive(chunk);
  }

  #startTls(): void {
    const tunnel = new Tunnel(this.#socket, this.spid);
    const tls = tlsOver(tunnel, this.#settings.certificate);
    this.#useTls(tunnel, tls);
  }

  #useTls(tunnel: Tunnel, tls: Duplex): void {
    tls.on('data', (chunk: Buffer) => {
      this.#plain(chunk);
    });
    tls.on('error', () => {
      this.destroy();
    });
    this.#tunnel = tunnel;
    this.#out = tls;
  }

  #receive(message: Message): void {
    if (message.kind === PACKET.attention) return this.#attention();
    this.#queue = this.#queue.then(async () => {
      try {
        await this.#handle(message);
      } catch (error) {
        // Whatever the client sent wrongly ends its connection, as it does with the real server.
        if (error instanceof Ended) {
          this.#out.end();
          this.#socket.end();
          return;
        }
        const isExpected = error instanceof Dropped || error instanceof ShortRead || error instanceof UnknownWireType;
        this.destroy();
        if (!isExpected) throw error;
      }
    });
  }

  #attention(): void {
    if (this.#running !== null) {
      this.#running.isCancelled = true;
      this.#session?.cancel();
      return;
    }
    // Too late to stop anything: it is acknowledged all the same.
    this.#queue = this.#queue.then(() => {
      this.#response().acknowledge();
    });
  }

  #response(): Response {
    return new Response(this.#writer, this.#signature, this.#tdsVersion >= TDS_VERSION.v73);
  }

  async #handle(message: Message): Promise<void> {
    if (this.#socket.destroyed) return;
    if (message.kind === PACKET.prelogin && this.#state === 'prelogin') return this.#prelogin(message.data);
    if (message.kind === PACKET.login && this.#session === null) return this.#login(message.data);
    if (this.#session === null) throw new Dropped();
    if (message.isIgnored) {
      // Nothing of it ran, and the client waits for an end.
      const response = this.#response();
      response.done('statement', null, true);
      response.end();
      return;
    }
    return this.#request(message);
  }

  async #prelogin(data: Buffer): Promise<void> {
    const client = readPrelogin(data);
    let { encryption } = this.#settings;
    for (const fault of this.#settings.faults.strike('prelogin', '')) {
      if (fault.kind === 'refuse-encryption') encryption = 'not-supported';
      else await this.#suffer(fault);
    }
    const agreed = agreeOnEncryption(client.encryption, encryption);
    this.#isFederated = client.isFederated;
    this.#writer.append(PACKET.response, writePrelogin(VERSION_NUMBERS, agreed.answer, client.isFederated));
    this.#writer.end(PACKET.response);
    if (agreed.mustClose) throw new Ended();
    this.#state = 'login';
    if (this.#isEncrypted) return;
    this.#reach = agreed.reach;
    if (agreed.reach !== 'none') this.#startTls();
  }

  async #login(data: Buffer): Promise<void> {
    const login = readLogin(data);
    if (this.#reach === 'login' && !this.#isEncrypted) {
      // Only the login was encrypted: from here on both sides speak plainly.
      this.#tunnel = null;
      this.#out = this.#socket;
    } else if (this.#reach === 'all') {
      this.#isEncrypted = true;
    }
    const { tdsVersion } = login;
    // 8.0 differs from 7.4 in how TLS begins, and in nothing else; its number is the smaller one.
    this.#isStrict = tdsVersion === TDS_VERSION.v80;
    this.#tdsVersion = this.#isStrict || tdsVersion >= TDS_VERSION.v74 ? TDS_VERSION.v74 : tdsVersion;
    this.#signature = { ...this.#signature, isWide: this.#tdsVersion >= TDS_VERSION.v72 };
    const refusal = await this.#refusal(login);
    if (refusal !== null) {
      const response = this.#response();
      response.message(refusal);
      response.done('statement', null, true);
      response.end();
      throw new Ended();
    }
    this.#open(login);
  }

  async #refusal(login: Login): Promise<SqlError | null> {
    const { faults, users, accessTokens, database } = this.#settings;
    for (const fault of faults.strike('login', login.userName)) {
      if (fault.kind === 'error') return faultError(fault);
      await this.#suffer(fault);
    }
    const isKnown =
      login.accessToken === null
        ? users.get(login.userName.toLowerCase()) === login.password
        : accessTokens.has(login.accessToken);
    if (!isKnown || login.isIntegrated) return new SqlError(18456, `Login failed for user '${login.userName}'.`, 14);
    if (login.database === '' || login.database.toLowerCase() === database.settings.name.toLowerCase()) return null;
    return new SqlError(4060, `Cannot open database "${login.database}" requested by the login. The login failed.`, 11);
  }

  #open(login: Login): void {
    const { database } = this.#settings;
    this.#session = new Session(
      database,
      {
        spid: this.spid,
        loginName: login.userName,
        hostName: login.hostName,
        applicationName: login.applicationName,
        isEncrypted: this.#isEncrypted,
        clientAddress: this.#socket.remoteAddress ?? '',
      },
      {
        statement: () => this.#statementFault(),
        commit: (moment) => this.#pass(moment === 'before' ? 'before-commit' : 'after-commit'),
        kill: this.#settings.kill,
      },
    );
    this.#requests = new Requests(this.#session);
    this.#state = 'ready';
    const wanted = login.packetSize === 0 ? PACKET_SIZE.usual : login.packetSize;
    const size = Math.min(PACKET_SIZE.max, Math.max(PACKET_SIZE.min, wanted));
    const response = this.#response();
    const { name } = database.settings;
    response.token(tokens.textChange(1, name, 'master'));
    response.message(new SqlError(5701, `Changed database context to '${name}'.`, 0, 2));
    response.token(tokens.collationChange());
    response.token(tokens.textChange(2, 'us_english', ''));
    response.message(new SqlError(5703, 'Changed language setting to us_english.', 0, 1));
    response.token(
      tokens.loginAckToken(
        this.#isStrict ? TDS_VERSION.v80 : this.#tdsVersion,
        'Microsoft SQL Server',
        VERSION_NUMBERS,
      ),
    );
    response.token(tokens.textChange(4, size.toString(), PACKET_SIZE.usual.toString()));
    const features = this.#features(login);
    if (features.length > 0) response.token(tokens.featureAckToken(features));
    response.end();
    this.#writer.size = size;
  }

  #features(login: Login): readonly (readonly [number, Buffer])[] {
    const features: (readonly [number, Buffer])[] = [];
    if (login.features.has(FEATURE.federated) && this.#isFederated) features.push([FEATURE.federated, Buffer.alloc(0)]);
    if (login.features.has(FEATURE.utf8)) features.push([FEATURE.utf8, Buffer.from([1])]);
    return features;
  }

  async #request(message: Message): Promise<void> {
    const session = this.#session!;
    const running = { isCancelled: false };
    this.#running = running;
    const response = this.#response();
    try {
      if (message.reset !== 'none') {
        session.reset(null);
        this.#requests!.reset();
        response.token(tokens.resetChange());
      }
      await this.#dispatch(message, response);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      if (this.#socket.destroyed) throw new Dropped();
      // A cancelled request leaves its transaction open, unless XACT_ABORT is on.
      if (session.options.xactAbort) session.rollback(response);
    }
    await this.#pass('answer');
    this.#running = null;
    if (running.isCancelled) response.endCancelled();
    else response.end();
  }

  async #dispatch(message: Message, response: Response): Promise<void> {
    const requests = this.#requests!;
    const hasHeaders = this.#tdsVersion >= TDS_VERSION.v72;
    switch (message.kind) {
      case PACKET.batch: {
        const { text } = readBatch(message.data, hasHeaders);
        if (await this.#requestFault(text, response)) return;
        return requests.batch(text, response);
      }
      case PACKET.rpc: {
        const { calls } = readCalls(message.data, hasHeaders);
        if (await this.#requestFault(calls.map(callText).join('; '), response)) return;
        for (const call of calls) await requests.call(call, response);
        return;
      }
      case PACKET.transaction: {
        const request = readTransactionRequest(message.data);
        if (request === null) throw new Dropped();
        if (await this.#requestFault(request.kind, response)) return;
        return requests.transaction(request, response);
      }
      case PACKET.bulkLoad:
        if (await this.#requestFault('bulk load', response)) return;
        return requests.bulkLoad(readBulkLoad(new ByteReader(message.data)), response);
      default:
        throw new Dropped();
    }
  }

  /** True where the request was answered with an error instead of being run. */
  async #requestFault(text: string, response: Response): Promise<boolean> {
    this.#requestText = text;
    this.#settings.onRequest(text);
    for (const fault of this.#settings.faults.strike('request', text)) {
      if (fault.kind !== 'error') {
        await this.#suffer(fault);
        continue;
      }
      const error = faultError(fault);
      if (error.severity >= 20 || error.number === 1205) this.#session!.rollback(response);
      response.message(error);
      response.done('statement', null, true);
      if (error.severity >= 20) {
        response.end();
        throw new Ended();
      }
      return true;
    }
    return false;
  }

  async #statementFault(): Promise<SqlError | null> {
    for (const fault of this.#settings.faults.strike('statement', this.#requestText)) {
      if (fault.kind === 'error') return faultError(fault);
      await this.#suffer(fault);
    }
    return null;
  }

  /** A point at which only cuts and delays make sense. */
  async #pass(at: Point): Promise<void> {
    for (const fault of this.#settings.faults.strike(at, this.#requestText)) await this.#suffer(fault);
    if (this.#socket.destroyed) throw new Dropped();
  }

  async #suffer(fault: ReturnType<Faults['strike']>[number]): Promise<void> {
    if (fault.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.delay_ms));
    else if (fault.kind === 'drop') {
      this.destroy();
      throw new Dropped();
    }
  }
}

const callText = ({ procedure, parameters }: Call): string =>
  [procedure, ...parameters.map(({ value }) => (typeof value === 'string' ? value : ''))].join(' ');
