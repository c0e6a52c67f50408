/**
 * Readers of intents and manifests take any bytes: the result is a record or a reason, never a throw. FUZZ_ITERATIONS
 * sets how many.
 */
import { describe, expect, it } from 'vitest';
import { decodeManifest, encodeManifest, type SealedManifest } from '../../runtime/checkpoint/manifest.js';
import { decodeIntent, encodeIntent, GENESIS_HASH, type SealedIntent } from '../../runtime/wal/intent.js';
import { seal } from '../../runtime/wal/sealed.js';
import type { TableReference } from '../../runtime/wal/tables.js';
import type { JsonValue } from '../../runtime/connectors/connector.js';
import { SeededRandom } from '../simulation/random.js';

const ITERATIONS = Number(process.env['FUZZ_ITERATIONS'] ?? 3000);

const table = {
  id: 'customers',
  definition: 'c'.repeat(64),
  first: 2,
  loaded_us: 1_700_000_000_000_000n,
  objects: [{ sha256: 'd'.repeat(64), size: 9 }],
};

function intentWith(tables: readonly TableReference[]): SealedIntent {
  return encodeIntent({
    queryId: 'q',
    batch: 3,
    previous: GENESIS_HASH,
    epoch: 2,
    planFingerprint: 'a'.repeat(64),
    engineVersion: '0.1.0',
    now_us: 1_700_000_000_000_000n,
    seed: 2n ** 64n - 1n,
    sources: [
      {
        id: 'events',
        ranges: [{ partition: 0, name: 'a.jsonl', start: { at: 0 }, end: { at: [1, null, 'x'] }, final: false }],
        idlePartitions: [1, 4],
        ended: false,
        advanceTo_us: -5n,
      },
    ],
    tables,
  });
}

function manifestWith(tables: readonly TableReference[]): SealedManifest {
  return encodeManifest({
    queryId: 'q',
    batch: 3,
    epoch: 2,
    engineVersion: '0.1.0',
    plan: '{}\n',
    planFingerprint: 'a'.repeat(64),
    intentHash: intentWith(tables).hash,
    now_us: 5n,
    sources: [
      {
        id: 'events',
        cursor: { at: 5 },
        ended: true,
        advancedTo_us: null,
        partitions: [{ partition: 0, name: 'a', final: true, active_us: 4n }],
      },
    ],
    sinks: [{ id: 's', batch: 3 }],
    state: [{ operator: 'o', sections: [{ name: 'keys', objects: [{ sha256: 'b'.repeat(64), size: 7 }] }] }],
    tables,
  });
}

const READERS = [[], [table]].flatMap((tables: readonly TableReference[]) => {
  const intent = intentWith(tables);
  const manifest = manifestWith(tables);
  const version = tables.length === 0 ? 1 : 2;
  return [
    {
      name: `intents of version ${String(version)}`,
      kind: 'esql-intent',
      version,
      text: intent.text,
      decode: decodeIntent,
      value: intent.intent,
    },
    {
      name: `manifests of version ${String(version)}`,
      kind: 'esql-checkpoint',
      version,
      text: manifest.text,
      decode: decodeManifest,
      value: manifest.manifest,
    },
  ] as const;
});

describe.each(READERS)('the reader of $name', ({ kind, version, text, decode, value }) => {
  it('reads what was written', () => {
    const decoded = decode(Buffer.from(text));
    expect(decoded.ok && ('intent' in decoded.value ? decoded.value.intent : decoded.value.manifest)).toEqual(value);
  });

  it('refuses every flipped bit', () => {
    const original = Buffer.from(text);
    for (let at = 0; at < original.length; at += 1) {
      const bytes = Buffer.from(original);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      expect(decode(bytes).ok).toBe(false);
    }
  });

  it('refuses every truncation and every extension', () => {
    const original = Buffer.from(text);
    for (let length = 0; length < original.length; length += 1)
      expect(decode(original.subarray(0, length)).ok).toBe(false);
    expect(decode(Buffer.concat([original, Buffer.from('\n')])).ok).toBe(false);
  });

  it('takes well sealed nonsense without throwing', () => {
    const body = JSON.parse(text.slice(text.indexOf('\n') + 1)) as JsonValue;
    for (let seed = 0; seed < ITERATIONS; seed += 1) {
      const mutated = mutate(body, new SeededRandom(seed));
      const decoded = decode(Buffer.from(seal(kind, version, mutated).text));
      // What is accepted has the one spelling of what it says.
      if (decoded.ok) expect(decoded.value.text).toBe(seal(kind, version, mutated).text);
    }
  });

  it('takes random bytes without throwing', () => {
    for (let seed = 0; seed < ITERATIONS; seed += 1) {
      const random = new SeededRandom(seed);
      const start = random.chance(0.5) ? text.slice(0, random.below(text.length)) : '';
      expect(decode(Buffer.concat([Buffer.from(start), random.bytes(random.below(64))])).ok).toBe(false);
    }
  });

  it('refuses deep nesting before anything recursive sees it', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}\n`;
    const { text: sealed } = seal(kind, 1, null);
    expect(decode(Buffer.from(sealed.replace('null\n', deep))).ok).toBe(false);
  });
});

const STRANGE: readonly JsonValue[] = [null, true, -1, 1.5, 1e300, '', '__proto__', '9'.repeat(40), [], {}, [[]]];

/** One member or item somewhere replaced, removed or added. */
function mutate(value: JsonValue, random: SeededRandom): JsonValue {
  if (value === null || typeof value !== 'object' || random.chance(0.1)) return random.pick(STRANGE);
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    if (items.length === 0 || random.chance(0.2)) return [...items, random.pick(STRANGE)];
    const at = random.below(items.length);
    return items.map((item, i) => (i === at ? mutate(item, random) : item));
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || random.chance(0.1))
    return Object.fromEntries([...entries, ['extra', random.pick(STRANGE)]]);
  const at = random.below(entries.length);
  if (random.chance(0.1)) return Object.fromEntries(entries.filter((_, i) => i !== at));
  return Object.fromEntries(entries.map(([name, item], i) => [name, i === at ? mutate(item, random) : item]));
}
