/**
 * State to objects and back. Sections are cut into chunks of bounded size and stored by the hash of their content, so
 * what did not change since an earlier checkpoint is not written again.
 */
import { createHash } from 'node:crypto';
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import { sha256Hex } from '../../plan/fingerprint.js';
import { runtimeError } from '../messages.js';
import type { OperatorState, StateSection } from '../operators/operator.js';
import { objectInTheWay, PUBLISH_ATTEMPTS_MAX } from '../storage/disk-failures.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { ManifestSection, ManifestState } from './manifest.js';
import { stateName } from './paths.js';

/** Largest state object: small enough to be read into one buffer anywhere, large enough to make few objects. */
export const CHUNK_BYTES_MAX = 64 * 1024 * 1024;
/** Objects written at the same time; more only queue up at one disk. */
const WRITERS = 4;

type ManifestObject = ManifestSection['objects'][number];

interface Chunk {
  readonly parts: readonly Uint8Array[];
  readonly size: number;
  /** Where the manifest says what became of it. */
  readonly objects: ManifestObject[];
  readonly index: number;
}

export interface SnapshotResult {
  readonly state: readonly ManifestState[];
  readonly bytes: number;
  readonly writtenBytes: number;
  readonly objects: number;
  readonly writtenObjects: number;
}

/**
 * Writes the state of all operators. `known` holds hashes that are surely in the store; they are skipped, and what was
 * written or found is added.
 */
export async function writeSnapshot(
  store: ObjectStore,
  states: ReadonlyMap<string, OperatorState>,
  known: Set<string>,
  chunkBytes_max: number = CHUNK_BYTES_MAX,
): Promise<SnapshotResult> {
  let bytes = 0;
  const state: ManifestState[] = [];
  const queue: Chunk[] = [];
  for (const [operator, operatorState] of states) {
    const sections: ManifestSection[] = [];
    for (const section of operatorState.dump()) {
      const objects: ManifestObject[] = [];
      for (const { parts, size } of cutSection(section, chunkBytes_max)) {
        bytes += size;
        queue.push({ parts, size, objects, index: objects.length });
        objects.push({ sha256: '', size });
      }
      sections.push({ name: section.name, objects });
    }
    state.push({ operator, sections });
  }
  const objects = queue.length;
  let writtenBytes = 0;
  const written = new Set<string>();
  // Hashing takes this thread, writing does not: each writer hashes its next chunk while the others' are on their way.
  const worker = async (): Promise<void> => {
    for (let chunk = queue.shift(); chunk !== undefined; chunk = queue.shift()) {
      const sha256 = hashOf(chunk.parts);
      chunk.objects[chunk.index] = { sha256, size: chunk.size };
      if (known.has(sha256) || written.has(sha256)) continue;
      written.add(sha256);
      writtenBytes += chunk.size;
      await publishByHash(store, stateName(sha256), { parts: chunk.parts, sha256 });
      known.add(sha256);
    }
  };
  await Promise.all(Array.from({ length: Math.min(WRITERS, objects) }, worker));
  return { state, bytes, writtenBytes, objects, writtenObjects: written.size };
}

function hashOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** What one object holds, with the hash that names it. */
export interface StorePart {
  readonly parts: readonly Uint8Array[];
  readonly size: number;
  readonly sha256: string;
}

/** Bytes that are no state, cut as state is. */
export function storeParts(
  bytes: readonly Uint8Array[],
  chunkBytes_max: number = CHUNK_BYTES_MAX,
): readonly StorePart[] {
  const chunks = cutSection({ name: 'parts', parts: bytes }, chunkBytes_max);
  return chunks.map(({ parts, size }) => ({ parts, size, sha256: hashOf(parts) }));
}

/** An object of this name that no checkpoint vouches for (left by a crash) is used only if its content is right. */
export async function publishByHash(
  store: ObjectStore,
  name: string,
  { parts, sha256 }: Pick<StorePart, 'parts' | 'sha256'>,
): Promise<void> {
  for (let attempt = 0; attempt < PUBLISH_ATTEMPTS_MAX; attempt += 1) {
    if ((await store.publish(name, parts)) === 'created') return;
    const found = await store.read(name);
    if (found !== null && sha256Hex(found) === sha256) return;
    if (found !== null) await store.quarantine(name);
  }
  throw objectInTheWay(store.uri, name);
}

function cutSection(section: StateSection, chunkBytes_max: number): readonly Pick<Chunk, 'parts' | 'size'>[] {
  const chunks: Pick<Chunk, 'parts' | 'size'>[] = [];
  let parts: Uint8Array[] = [];
  let size = 0;
  const close = (): void => {
    if (size === 0) return;
    chunks.push({ parts, size });
    parts = [];
    size = 0;
  };
  for (const part of section.parts) {
    for (let at = 0; at < part.length;) {
      const taken = Math.min(part.length - at, chunkBytes_max - size);
      parts.push(part.subarray(at, at + taken));
      size += taken;
      at += taken;
      if (size === chunkBytes_max) close();
    }
  }
  close();
  return chunks;
}

/** Sections by operator id, as `OperatorState.load` takes them. */
export type LoadedState = ReadonlyMap<string, readonly StateSection[]>;

/** Why the bytes under a state object's name are not that object, or null if they are. */
export function objectProblem(
  bytes: Uint8Array | null,
  expected: { readonly sha256: string; readonly size: number },
): string | null {
  if (bytes === null) return 'is missing';
  if (bytes.length !== expected.size) return `has ${String(bytes.length)} bytes, expected ${String(expected.size)}`;
  return sha256Hex(bytes) === expected.sha256 ? null : 'has another content than its name says';
}

/** Hands the sections to the operators. Rejects with ESQL8109 when operators and sections don't match. */
export function loadSnapshot(states: ReadonlyMap<string, OperatorState>, loaded: LoadedState, batch: number): void {
  const missing = [...states.keys()].filter((id) => !loaded.has(id));
  const surplus = [...loaded.keys()].filter((id) => !states.has(id));
  if (missing.length > 0 || surplus.length > 0) {
    throw runtimeError(
      'ESQL8109',
      { why: `checkpoint of batch ${String(batch)} and plan have different stateful operators` },
      {
        facts: [
          ...(missing.length > 0 ? [`Without state in the checkpoint: ${missing.join(', ')}.`] : []),
          ...(surplus.length > 0 ? [`Only in the checkpoint: ${surplus.join(', ')}.`] : []),
        ],
        hint: 'Run the plan that the checkpoint was made with, or start afresh with another --query-id.',
      },
    );
  }
  for (const [id, state] of states) {
    const sections = loaded.get(id);
    invariant(sections !== undefined, 'sections of every operator');
    state.load(sections);
  }
}
