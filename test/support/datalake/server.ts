/** The double as a server: sockets, life and death. README.md says how to use it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { type AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Certificate, selfSigned } from '../certificates.js';
import { type Account, type Behaviour, DEFAULT_BEHAVIOUR, TEST_ACCOUNT } from './behaviour.js';
import { ServerClock } from './clock.js';
import type { Counters } from './counters.js';
import type { Faults } from './faults.js';
import { Service } from './service.js';
import { Store } from './store.js';

export interface DatalakeOptions {
  readonly account?: Account;
  readonly behaviour?: Partial<Behaviour>;
  /** A TLS server beside the plain one, with a certificate for the account's names, localhost and 127.0.0.1. */
  readonly tls?: boolean;
  /** Of the plain server; 0, the default, is any free one. */
  readonly port?: number;
}

/** A listening socket that stays on its port over a restart. */
interface Listener {
  readonly server: Server | TlsServer;
  port: number;
}

export class DatalakeDouble {
  readonly account: Account;
  readonly clock = new ServerClock();
  readonly service: Service;
  /** PEM of the authority to trust; undefined without TLS. */
  readonly certificate: string | undefined;
  readonly #plain: Listener;
  readonly #blob: Listener;
  readonly #tls: Listener | undefined;
  readonly #sockets = new Set<Socket>();

  constructor({ account = TEST_ACCOUNT, behaviour = {}, tls = false, port = 0 }: DatalakeOptions) {
    this.account = account;
    this.service = new Service(account, new Store({ ...DEFAULT_BEHAVIOUR, ...behaviour }, this.clock));
    this.service.onKill = () => void this.kill();
    const certificate = tls ? selfSigned(this.#names()) : undefined;
    this.certificate = certificate?.certificate;
    this.#plain = { server: createServer(this.#handler(false, false)), port };
    this.#blob = { server: createServer(this.#handler(true, false)), port: 0 };
    this.#tls = certificate === undefined ? undefined : { server: this.#tlsServer(certificate), port: 0 };
    this.#plain.server.on('connect', (_: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (socket instanceof Socket) this.#tunnel(socket, head);
    });
    for (const { server } of this.#listeners()) this.#prepare(server);
  }

  get store(): Store {
    return this.service.store;
  }

  get faults(): Faults {
    return this.service.faults;
  }

  get counters(): Counters {
    return this.service.counters;
  }

  get port(): number {
    return this.#plain.port;
  }

  /** Path-style, both hosts. */
  get url(): string {
    return `http://127.0.0.1:${String(this.#plain.port)}/${this.account.name}`;
  }

  /** Path-style, the blob host only: clients of `@azure/storage-blob` delete with a bare DELETE. */
  get blobUrl(): string {
    return `http://127.0.0.1:${String(this.#blob.port)}/${this.account.name}`;
  }

  /** Path-style over TLS, both hosts. */
  get tlsUrl(): string {
    if (this.#tls === undefined) throw new Error('the double was started without tls');
    return `https://127.0.0.1:${String(this.#tls.port)}/${this.account.name}`;
  }

  /** For clients with the account's real names. */
  get proxy(): { readonly host: string; readonly port: number } {
    return { host: 'http://127.0.0.1', port: this.#plain.port };
  }

  get names(): { readonly dfs: string; readonly blob: string } {
    return { dfs: `${this.account.name}.dfs.core.windows.net`, blob: `${this.account.name}.blob.core.windows.net` };
  }

  get blobConnectionString(): string {
    const { name, key } = this.account;
    return `DefaultEndpointsProtocol=http;AccountName=${name};AccountKey=${key};BlobEndpoint=${this.blobUrl};`;
  }

  #names(): readonly string[] {
    return [this.names.dfs, this.names.blob, 'localhost', '127.0.0.1'];
  }

  #listeners(): readonly Listener[] {
    return this.#tls === undefined ? [this.#plain, this.#blob] : [this.#plain, this.#blob, this.#tls];
  }

  #handler(isBlobPort: boolean, isTls: boolean) {
    return (request: IncomingMessage, response: ServerResponse): void => {
      this.service.answer(request, response, { isBlobPort, isTls }).catch((error: unknown) => {
        // A client that went away ends its call; anything else is a mistake of the double and has to be seen.
        if (!request.destroyed || request.complete) response.destroy(error instanceof Error ? error : undefined);
        if (request.complete) process.emitWarning(error instanceof Error ? error : String(error));
      });
    };
  }

  #tlsServer({ certificate, key }: Certificate): TlsServer {
    return createTlsServer({ cert: certificate, key }, this.#handler(false, true));
  }

  #prepare(server: Server | TlsServer): void {
    // A client keeps its connections; the server is not to end one while the next request is on its way.
    server.keepAliveTimeout = 60_000;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** CONNECT: the client speaks TLS with us under the account's name. */
  #tunnel(socket: Socket, head: Buffer): void {
    if (this.#tls === undefined) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    this.#tls.server.emit('connection', socket);
  }

  async start(): Promise<void> {
    await Promise.all(
      this.#listeners().map(async (listener) => {
        await new Promise<void>((resolve, reject) => {
          listener.server.once('error', reject);
          listener.server.listen(listener.port, '127.0.0.1', () => {
            listener.server.removeListener('error', reject);
            resolve();
          });
        });
        listener.port = (listener.server.address() as AddressInfo).port;
      }),
    );
  }

  /** Every connection ends, nobody listens; what was stored stays. */
  async kill(): Promise<void> {
    const closed = this.#listeners().map(
      ({ server }) => new Promise<void>((resolve) => (server.listening ? server.close(() => resolve()) : resolve())),
    );
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  /** After `kill`: the same ports, the same contents. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async close(): Promise<void> {
    await this.kill();
  }
}

export async function startDatalake(options: DatalakeOptions = {}): Promise<DatalakeDouble> {
  const lake = new DatalakeDouble(options);
  await lake.start();
  return lake;
}
