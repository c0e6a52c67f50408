/**
 * The schemas that the records of a source refer to. A record begins with a zero byte and the id of its schema in four
 * bytes, big-endian. Ids are looked up before a chunk is decoded; an id that the registry does not know makes its
 * records bad ones, trouble with the registry stops the job and nothing of the batch has an effect.
 */
import { InternalError } from '../../../grammar/diagnostics/internal-error.js';
import { RecordError } from '../../../plan/values.js';
import type { Clock } from '../../env.js';
import type { RawChunk } from '../format.js';
import type { RegisteredSchema, SchemaRegistry } from './registry.js';

export const FRAME_BYTES = 5;
/** A registry of several nodes may not know everywhere yet what it was just given. */
const UNKNOWN_AGAIN_MS = 1000;
/** For so long an id that is not there is not asked for again. */
const UNKNOWN_KEPT_MS = 60_000;
const KNOWN_MAX = 1000;
const PARALLEL = 8;

interface Missing {
  readonly error: RecordError;
  readonly until_ms: number;
}

export class KnownSchemas<T> {
  readonly #registry: SchemaRegistry;
  readonly #clock: Clock;
  readonly #use: (schema: RegisteredSchema) => T;
  /** A schema that can't be used for the columns makes each of its records a bad one. */
  readonly #known = new Map<number, { readonly value: T } | { readonly error: RecordError }>();
  readonly #missing = new Map<number, Missing>();

  /** `use` throws a RecordError for a schema that does not fit. */
  constructor(registry: SchemaRegistry, clock: Clock, use: (schema: RegisteredSchema) => T) {
    this.#registry = registry;
    this.#clock = clock;
    this.#use = use;
  }

  /** Looks up the ids of the chunk's records. */
  async prepare({ heap, records }: RawChunk): Promise<void> {
    if (records === undefined) throw new InternalError('records with schema ids have bounds');
    const { starts, lengths } = records;
    if (this.#known.size + this.#missing.size > KNOWN_MAX) {
      this.#known.clear();
      this.#missing.clear();
    }
    const now_ms = this.#clock.monotonic_ms();
    const wanted = new Set<number>();
    let last = -1;
    for (let i = 0; i < starts.length; i++) {
      const start = starts[i] ?? 0;
      const id = schemaIdAt(heap, start, start + (lengths[i] ?? 0));
      if (id === last || id < 0) continue;
      last = id;
      if (!this.#known.has(id) && (this.#missing.get(id)?.until_ms ?? -1) <= now_ms) wanted.add(id);
    }
    if (wanted.size === 0) return;
    const missing = await this.#fetch([...wanted]);
    if (missing.length === 0) return;
    await this.#clock.sleep(UNKNOWN_AGAIN_MS);
    for (const id of await this.#fetch(missing)) {
      const error = new RecordError('unknown_schema', `expected a schema of the registry, found id ${String(id)}`);
      this.#missing.set(id, { error, until_ms: this.#clock.monotonic_ms() + UNKNOWN_KEPT_MS });
    }
  }

  /** Of an id that `prepare` has seen. Throws RecordError. */
  get(id: number): T {
    const known = this.#known.get(id);
    if (known !== undefined) {
      if ('error' in known) throw known.error;
      return known.value;
    }
    const missing = this.#missing.get(id);
    if (missing === undefined) throw new InternalError(`schema ${String(id)} was not looked up`);
    throw missing.error;
  }

  /** The ids that the registry does not have. */
  async #fetch(ids: readonly number[]): Promise<readonly number[]> {
    const missing: number[] = [];
    for (let at = 0; at < ids.length; at += PARALLEL) {
      const part = ids.slice(at, at + PARALLEL);
      const found = await Promise.all(part.map((id) => this.#registry.schemaById(id)));
      part.forEach((id, index) => {
        const schema = found[index] ?? null;
        if (schema === null) missing.push(id);
        else this.#known.set(id, this.#used(schema));
      });
    }
    return missing;
  }

  #used(schema: RegisteredSchema): { readonly value: T } | { readonly error: RecordError } {
    try {
      return { value: this.#use(schema) };
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      return { error: new RecordError(error.code, `schema ${String(schema.id)}: ${error.message}`) };
    }
  }
}

/** -1 where the record does not begin as it should. */
export function schemaIdAt(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < FRAME_BYTES || bytes[start] !== 0) return -1;
  const high = ((bytes[start + 1] ?? 0) << 8) | (bytes[start + 2] ?? 0);
  const low = ((bytes[start + 3] ?? 0) << 8) | (bytes[start + 4] ?? 0);
  return high * 65_536 + low;
}

/** The id in front of the record. Throws RecordError for one that does not begin with an id. */
export function requireSchemaId(bytes: Uint8Array, start: number, end: number): number {
  const id = schemaIdAt(bytes, start, end);
  if (id >= 0) return id;
  const found = end - start < FRAME_BYTES ? `${String(Math.max(0, end - start))} bytes` : 'another first byte';
  throw new RecordError('malformed_record', `expected a zero byte and the id of a schema, found ${found}`);
}
