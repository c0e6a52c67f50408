/**
 * RANDOM() and UUID(): functions of the intent's seed, the place in the query and the row's ordinal, so that a replay
 * gives the same values however rows were cut into batches. Algorithm: SplitMix64 (Steele, Lea, Flood 2014) read at a
 * position: word k of row n is mix(base + (2n + k + 1) × 0x9E3779B97F4A7C15) with base = mix(seed xor FNV-1a(site)),
 * modulo 2^64.
 */
import { encodeUtf8 } from '../../plan/utf8.js';

const GAMMA = 0x9e3779b97f4a7c15n;
const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

function mix(word: bigint): bigint {
  let z = BigInt.asUintN(64, word);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}

function fnv1a(text: string): bigint {
  let hash = FNV_OFFSET;
  for (const byte of encodeUtf8(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  return hash;
}

const siteHashes = new Map<string, bigint>();

/** The stream of one occurrence within one batch. */
export function randomBase(seed: bigint, site: string): bigint {
  let hash = siteHashes.get(site);
  if (hash === undefined) {
    hash = fnv1a(site);
    siteHashes.set(site, hash);
  }
  return mix(BigInt.asUintN(64, seed) ^ hash);
}

function wordAt(base: bigint, ordinal: number, word: 0 | 1): bigint {
  return mix(base + (2n * BigInt(ordinal) + BigInt(word) + 1n) * GAMMA);
}

/** A DOUBLE in [0, 1): the upper 53 bits. */
export function randomAt(base: bigint, ordinal: number): number {
  return Number(wordAt(base, ordinal, 0) >> 11n) * 2 ** -53;
}

/** A UUID of version 4 in lower case. */
export function uuidAt(base: bigint, ordinal: number): string {
  const high = (wordAt(base, ordinal, 0) & ~0xf000n) | 0x4000n;
  const low = (wordAt(base, ordinal, 1) & 0x3fffffffffffffffn) | 0x8000000000000000n;
  const text = high.toString(16).padStart(16, '0') + low.toString(16);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}
