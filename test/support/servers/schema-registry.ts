/**
 * A schema registry over real HTTP, with the paths, codes and habits of Confluent's: ids are global, the same schema
 * gets the same id everywhere, type AVRO is not said. It can be told to fail, to be slow and to lie.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface Reference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

interface Kept {
  readonly id: number;
  readonly schema: string;
  readonly type: string;
  readonly references: readonly Reference[];
}

/** What the next requests get instead of an answer. */
export type Trouble = 'status_500' | 'status_429' | 'silence' | 'hang_up' | 'no_json' | 'endless';

export class SchemaRegistryDouble {
  readonly #server: Server;
  readonly #login: { readonly user: string; readonly password: string } | null;
  readonly #byId = new Map<number, Kept>();
  readonly #subjects = new Map<string, Kept[]>();
  /** One per request to come. */
  readonly troubles: Trouble[] = [];
  readonly requests: string[] = [];
  /** Subjects that take no other schema than the first. */
  readonly frozen = new Set<string>();

  private constructor(login: { readonly user: string; readonly password: string } | null) {
    this.#login = login;
    this.#server = createServer((request, response) => {
      void this.#answer(request, response);
    });
  }

  static async start(login: { readonly user: string; readonly password: string } | null = null) {
    const double = new SchemaRegistryDouble(login);
    double.#server.listen(0, '127.0.0.1');
    await once(double.#server, 'listening');
    return double;
  }

  get address(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** As a producer would; returns the id. */
  add(subject: string, schema: string, type = 'AVRO', references: readonly Reference[] = []): number {
    const same = (kept: Kept): boolean => kept.schema === schema && kept.type === type;
    const known = [...this.#byId.values()].find(same);
    const kept: Kept = known ?? { id: this.#byId.size + 1, schema, type, references };
    this.#byId.set(kept.id, kept);
    const versions = this.#subjects.get(subject) ?? [];
    if (!versions.some(same)) versions.push(kept);
    this.#subjects.set(subject, versions);
    return kept.id;
  }

  /** Breaks the promise that an id stands for one schema. */
  replace(id: number, schema: string): void {
    const kept = this.#byId.get(id)!;
    this.#byId.set(id, { ...kept, schema });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    this.requests.push(`${method} ${url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const say = (status: number, content: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' });
      response.end(JSON.stringify(content));
    };
    const trouble = this.troubles.shift();
    switch (trouble) {
      case 'status_500':
        say(500, { error_code: 50001, message: 'Error in the backend data store' });
        return;
      case 'status_429':
        say(429, { error_code: 429, message: 'slower' });
        return;
      case 'silence':
        return;
      case 'hang_up':
        response.socket?.destroy();
        return;
      case 'no_json':
        response.end('<html>proxy</html>');
        return;
      case 'endless':
        response.write('{"schema": "');
        for (let i = 0; i < 200; i++) response.write(' '.repeat(65_536));
        response.end('"}');
        return;
      case undefined:
        break;
    }
    if (this.#login !== null) {
      const { user, password } = this.#login;
      const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
      if (request.headers.authorization !== expected) {
        say(401, { error_code: 401, message: 'User cannot access the resource.' });
        return;
      }
    }
    const [status, content] = this.#route(method, url.split('?')[0] ?? '', Buffer.concat(chunks).toString());
    say(status, content);
  }

  #route(method: string, path: string, body: string): readonly [number, unknown] {
    const parts = path.split('/').slice(1).map(decodeURIComponent);
    const [root = '', name = '', third = '', version = ''] = parts;
    if (method === 'GET' && root === 'schemas' && name === 'ids' && parts.length === 3) {
      const kept = this.#byId.get(Number(third));
      return kept === undefined ? NO_SCHEMA : [200, spelt(kept)];
    }
    if (root !== 'subjects') return [404, { error_code: 404, message: 'HTTP 404 Not Found' }];
    const versions = this.#subjects.get(name);
    if (method === 'GET' && third === 'versions' && version !== '') {
      if (versions === undefined) return NO_SUBJECT;
      const index = version === 'latest' ? versions.length : Number(version);
      const kept = versions[index - 1];
      if (kept === undefined) return [404, { error_code: 40402, message: `Version ${version} not found.` }];
      return [200, { subject: name, version: index, id: kept.id, ...spelt(kept) }];
    }
    if (method !== 'POST') return [405, { error_code: 405, message: 'HTTP 405 Method Not Allowed' }];
    const { schema, schemaType = 'AVRO' } = JSON.parse(body) as { schema?: string; schemaType?: string };
    if (schema === undefined || schema === '') return [422, { error_code: 42201, message: 'Empty schema' }];
    if (third === 'versions') {
      const isRefused = this.frozen.has(name) && versions?.some((kept) => kept.schema === schema) !== true;
      if (isRefused) return [409, { error_code: 409, message: 'Schema being registered is incompatible' }];
      return [200, { id: this.add(name, schema, schemaType) }];
    }
    if (versions === undefined) return NO_SUBJECT;
    const index = versions.findIndex((kept) => kept.schema === schema && kept.type === schemaType);
    const kept = versions[index];
    return kept === undefined ? NO_SCHEMA : [200, { subject: name, version: index + 1, id: kept.id, ...spelt(kept) }];
  }
}

const NO_SCHEMA = [404, { error_code: 40403, message: 'Schema not found' }] as const;
const NO_SUBJECT = [404, { error_code: 40401, message: "Subject 'x' not found." }] as const;

function spelt({ schema, type, references }: Kept): object {
  return {
    ...(type === 'AVRO' ? {} : { schemaType: type }),
    ...(references.length === 0 ? {} : { references }),
    schema,
  };
}
