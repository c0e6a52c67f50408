/**
 * Deterministic Nexmark-like bids as JSON lines of about 230 bytes: half of them on the current hot auction, three
 * quarters by the current hot bidder, 10,000 channels, 10,000 bids per second of event time. The same rows for the same
 * seed, everywhere.
 */

export interface BidOptions {
  readonly rows: number;
  readonly seed?: number;
  /** Index of the first row: parts of one file can be made apart. */
  readonly first?: number;
}

/** The columns of a bid, with the types a source declares for them. */
export const BID_COLUMNS = [
  ['auction', 'BIGINT'],
  ['bidder', 'BIGINT'],
  ['price', 'BIGINT'],
  ['channel', 'VARCHAR'],
  ['url', 'VARCHAR'],
  ['dateTime', 'TIMESTAMP'],
  ['extra', 'VARCHAR'],
] as const;

const CHANNELS = 10_000;
const ROWS_PER_SECOND = 10_000;
const START_MS = Date.UTC(2026, 0, 1);
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/**
 * SplitMix32 (G. Steele and others, 2014, in 32 bits): a number of the row alone, so that rows don't depend on each
 * other.
 */
function hash(seed: number, row: number, salt: number): number {
  let z = (seed + Math.imul(row, 0x9e3779b9) + Math.imul(salt, 0x85ebca6b)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}

function letters(seed: number, row: number, salt: number, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) text += LETTERS[hash(seed, row, salt + i) % 26] ?? 'a';
  return text;
}

/** Row `row` as a JSON object without line feed. */
export function bidLine(row: number, seed = 1): string {
  const hotAuction = 1000 + Math.floor(row / 1500);
  const hotBidder = 1000 + Math.floor(row / 5000);
  const auction =
    hash(seed, row, 1) % 2 === 0 ? hotAuction : 1000 + (hash(seed, row, 2) % (Math.floor(row / 15) + 100));
  const bidder = hash(seed, row, 3) % 4 !== 0 ? hotBidder : 1000 + (hash(seed, row, 4) % (Math.floor(row / 45) + 100));
  const price = Math.floor(10 ** ((hash(seed, row, 5) / 4294967296) * 6) * 100);
  const channel = `channel-${String(hash(seed, row, 6) % CHANNELS)}`;
  const name = letters(seed, row, 100, 5);
  const url = `https://www.nexmark.com/${name}/${letters(seed, row, 110, 4)}/item.htm?query=1&channel_id=${String(hash(seed, row, 7) % 1e9)}`;
  const dateTime = new Date(START_MS + Math.floor((row * 1000) / ROWS_PER_SECOND)).toISOString();
  const extra = letters(seed, row, 120, 24 + (hash(seed, row, 8) % 16));
  return (
    `{"auction":${String(auction)},"bidder":${String(bidder)},"price":${String(price)},"channel":"${channel}",` +
    `"url":"${url}","dateTime":"${dateTime}","extra":"${extra}"}`
  );
}

/** Bids as bytes, one per line. */
export function bids({ rows, seed = 1, first = 0 }: BidOptions): Uint8Array {
  const parts: Uint8Array[] = [];
  const encoder = new TextEncoder();
  let lines: string[] = [];
  for (let row = first; row < first + rows; row++) {
    lines.push(bidLine(row, seed), '\n');
    if (lines.length < 20_000 && row + 1 < first + rows) continue;
    parts.push(encoder.encode(lines.join('')));
    lines = [];
  }
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
