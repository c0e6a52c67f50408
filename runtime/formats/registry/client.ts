/**
 * A schema registry with Confluent's HTTP interface (also Karapace, Redpanda, Apicurio under `/apis/ccompat/v7`).
 * Answers are kept: an id stands for one schema for ever, which is what makes decoding a batch again give the same
 * rows. The fingerprints of all schemas seen are kept even when the schemas are not, and another answer is refused.
 */
import type { Secret } from '../../../plan/connectors/secret.js';
import { sha256Hex } from '../../../plan/fingerprint.js';
import { withRetries, type RetryPolicy } from '../../connectors/retry.js';
import type { Env } from '../../env.js';
import { HttpError, type HttpAnswer } from '../../remote/http.js';
import { idIn, problemIn, schemaIn, type Reference, type SchemaAnswer } from './answers.js';
import { registryError } from './messages.js';
import type { NamedSchema, RegisteredSchema, SchemaRegistry, SchemaToWrite } from './registry.js';

export interface RegistryOptions {
  /** Checked by `registryAddress`; without a slash at its end. */
  readonly address: string;
  readonly login: { readonly user: string; readonly password: Secret } | null;
  /** PEM; null = what the system trusts. */
  readonly authority: string | null;
}

const REQUEST_TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;
const PATIENCE: RetryPolicy = { first_ms: 200, longest_ms: 5000, total_ms: 30_000 };
const NEVER = new AbortController().signal;
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';
const SCHEMAS_KEPT_MAX = 1000;
const REFERENCES_MAX = 200;

const SUBJECT_NOT_FOUND = 40401;
const VERSION_NOT_FOUND = 40402;
const SCHEMA_NOT_FOUND = 40403;
const NOT_FOUND: ReadonlySet<number> = new Set([SUBJECT_NOT_FOUND, VERSION_NOT_FOUND, SCHEMA_NOT_FOUND]);

export class RegistryClient implements SchemaRegistry {
  readonly #env: Pick<Env, 'clock' | 'random' | 'remote'>;
  readonly #options: RegistryOptions;
  readonly #schemas = new Map<number, RegisteredSchema>();
  readonly #fingerprints = new Map<number, string>();

  constructor(env: Pick<Env, 'clock' | 'random' | 'remote'>, options: RegistryOptions) {
    this.#env = env;
    this.#options = options;
  }

  async schemaById(id: number): Promise<RegisteredSchema | null> {
    const kept = this.#schemas.get(id);
    if (kept !== undefined) return kept;
    const doing = `asking for schema ${String(id)}`;
    const answer = await this.#ask('GET', `/schemas/ids/${String(id)}`, null, doing);
    return answer === null ? null : this.#keep(id, schemaIn(answer), doing);
  }

  async latest(subject: string): Promise<RegisteredSchema | null> {
    const doing = `asking for the newest schema of ${subject}`;
    const answer = await this.#ask('GET', `/subjects/${encodeURIComponent(subject)}/versions/latest`, null, doing);
    return answer === null ? null : this.#keep(idIn(answer), schemaIn(answer), doing);
  }

  async register(subject: string, schema: SchemaToWrite): Promise<number> {
    const doing = `registering a schema under ${subject}`;
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    const answer = await this.#ask('POST', path, schema, doing);
    const id = answer === null ? null : idIn(answer);
    if (id === null) throw this.#unexpected('no id in its answer', doing);
    return id;
  }

  async lookup(subject: string, schema: SchemaToWrite): Promise<number | null> {
    const doing = `looking a schema up under ${subject}`;
    const answer = await this.#ask('POST', `/subjects/${encodeURIComponent(subject)}`, schema, doing);
    if (answer === null) return null;
    const id = idIn(answer);
    if (id === null) throw this.#unexpected('no id in its answer', doing);
    return id;
  }

  async #keep(id: number | null, found: SchemaAnswer | null, doing: string): Promise<RegisteredSchema> {
    if (found === null || id === null) throw this.#unexpected('no schema in its answer', doing);
    const references = await this.#references(found.references, doing);
    const schema: RegisteredSchema = { id, type: found.type, text: found.text, references };
    const fingerprint = sha256Hex(JSON.stringify([found.type, found.text, references]));
    const known = this.#fingerprints.get(id);
    if (known !== undefined && known !== fingerprint) {
      const hint = 'Records that were read can no longer be read the same way: use the registry that wrote them.';
      throw registryError('ESQL8653', { id }, { place: this.#options.address, hint });
    }
    this.#fingerprints.set(id, fingerprint);
    if (this.#schemas.size >= SCHEMAS_KEPT_MAX) {
      const [oldest] = this.#schemas.keys();
      if (oldest !== undefined) this.#schemas.delete(oldest);
    }
    this.#schemas.set(id, schema);
    return schema;
  }

  /** All schemas that are referred to, directly or not, each once and behind what it refers to itself. */
  async #references(wanted: readonly Reference[], doing: string): Promise<readonly NamedSchema[]> {
    const found = new Map<string, NamedSchema>();
    const begun = new Set<string>();
    const fetchAll = async (references: readonly Reference[]): Promise<void> => {
      for (const { name, subject, version } of references) {
        if (begun.has(name)) continue;
        begun.add(name);
        if (begun.size > REFERENCES_MAX) throw this.#unexpected('a schema that refers to too many others', doing);
        const path = `/subjects/${encodeURIComponent(subject)}/versions/${String(version)}`;
        const answer = await this.#ask('GET', path, null, doing);
        const schema = answer === null ? null : schemaIn(answer);
        if (schema === null) throw this.#unexpected(`no version ${String(version)} of ${subject}`, doing);
        await fetchAll(schema.references);
        found.set(name, { name, text: schema.text });
      }
    };
    await fetchAll(wanted);
    return [...found.values()];
  }

  /** The answer's JSON; null where the registry says that there is no such thing. */
  async #ask(method: 'GET' | 'POST', path: string, body: SchemaToWrite | null, doing: string): Promise<unknown> {
    let answer: HttpAnswer;
    try {
      answer = await withRetries(this.#env, PATIENCE, isPassing, NEVER, () => this.#send(method, path, body));
    } catch (error) {
      throw this.#diagnostic(error, doing);
    }
    const { status } = answer;
    const said = problemIn(answer);
    if (status >= 200 && status < 300) return parsed(answer.body) ?? this.#throwUnexpected('no JSON', doing);
    if (status === 404 && said.code !== null && NOT_FOUND.has(said.code)) return null;
    const extras = { place: this.#options.address };
    if (status === 401 || status === 403) {
      const hint = 'Correct `registry_user` and `registry_password`, or what this login may do.';
      throw registryError('ESQL8651', { said: said.text, doing }, { ...extras, hint });
    }
    const hint =
      status === 404
        ? 'Correct `registry`: it is the address in front of `/subjects` and `/schemas`.'
        : status === 409
          ? 'Make the columns of the sink compatible with the schemas of the subject, or use another subject.'
          : 'The log of the registry says why.';
    throw registryError('ESQL8652', { said: said.text, doing }, { ...extras, hint });
  }

  async #send(method: 'GET' | 'POST', path: string, body: SchemaToWrite | null): Promise<HttpAnswer> {
    const { address, login, authority } = this.#options;
    // A schema without type is Avro, for registries that know nothing else.
    const content =
      body === null
        ? null
        : { schema: body.text, ...(body.type === 'AVRO' ? {} : { schemaType: body.type }), references: [] };
    const answer = await this.#env.remote.http({
      method,
      url: address + path,
      headers: { accept: MEDIA_TYPE, ...(content === null ? {} : { 'content-type': MEDIA_TYPE }) },
      login,
      body: content === null ? null : new TextEncoder().encode(JSON.stringify(content)),
      timeout_ms: REQUEST_TIMEOUT_MS,
      bytes_max: ANSWER_BYTES_MAX,
      authority,
    });
    if (answer.status === 408 || answer.status === 429 || answer.status >= 500) throw new BusyError(answer);
    return answer;
  }

  #diagnostic(error: unknown, doing: string): unknown {
    const place = this.#options.address;
    if (error instanceof BusyError || (error instanceof HttpError && error.passing)) {
      const hint = 'Check `registry` and the network, then start the job again.';
      return registryError('ESQL8650', { said: error.message, doing }, { place, cause: error, hint });
    }
    if (!(error instanceof HttpError)) return error;
    const hint =
      error.failure === 'certificate' ? 'Give the certificates to trust as `registry_ca`.' : 'Correct `registry`.';
    return registryError('ESQL8652', { said: error.message, doing }, { place, cause: error, hint });
  }

  #unexpected(said: string, doing: string): Error {
    const hint = 'Correct `registry`: it is the address in front of `/subjects` and `/schemas`.';
    return registryError('ESQL8652', { said, doing }, { place: this.#options.address, hint });
  }

  #throwUnexpected(said: string, doing: string): never {
    throw this.#unexpected(said, doing);
  }
}

/** The registry answers, but not now. */
class BusyError extends Error {
  constructor(answer: HttpAnswer) {
    super(problemIn(answer).text);
    this.name = 'BusyError';
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof BusyError || (error instanceof HttpError && error.passing);
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
