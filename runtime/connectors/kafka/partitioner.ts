/** Which partition a key goes to: as the Java client's default partitioner decides, so that other writers agree. */

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const SHIFT = 24;

/** `partitions` > 0. */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** MurmurHash2 of Austin Appleby in 32 bits, with Kafka's seed (`org.apache.kafka.common.utils.Utils.murmur2`). */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const byteAt = (at: number): number => bytes[at] ?? 0;
  let hash = SEED ^ length;
  const whole = length - (length % 4);
  for (let at = 0; at < whole; at += 4) {
    let part = byteAt(at) | (byteAt(at + 1) << 8) | (byteAt(at + 2) << 16) | (byteAt(at + 3) << 24);
    part = Math.imul(part, MULTIPLIER);
    part ^= part >>> SHIFT;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(part, MULTIPLIER);
  }
  const rest = length - whole;
  if (rest > 0) {
    if (rest > 2) hash ^= byteAt(whole + 2) << 16;
    if (rest > 1) hash ^= byteAt(whole + 1) << 8;
    hash = Math.imul(hash ^ byteAt(whole), MULTIPLIER);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return hash ^ (hash >>> 15);
}
