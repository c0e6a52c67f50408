/**
 * Deterministic Nexmark bids as JSON lines of about 230 bytes, 10,000 bids per second of event time. Who bids on what
 * follows the generators of github.com/nexmark/nexmark (BidGenerator, AuctionGenerator, PersonGenerator) with their
 * defaults: of 50 events 46 are bids, 3 auctions and 1 a person; half of the bids are on the hot auction (every
 * hundredth), the others on one of the last 100; three quarters are by the hot bidder, the others by one of the last
 * 1,000 persons; 10,000 channels. The same rows for the same seed, everywhere.
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
const FIRST_ID = 1000;
const BIDS_PER_PERSON = 46;
const AUCTIONS_PER_PERSON = 3;
/** Every hundredth auction and person is a hot one. */
const HOT_STEP = 100;
const AUCTIONS_IN_FLIGHT = 100;
const PERSONS_ACTIVE = 1000;
/** Bids may come a little before what they are about. */
const LEAD = 10;
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

/** One of the newest `count` ids up to `newest`, or of those that come next. */
function recent(newest: number, count: number, random: number): number {
  const oldest = Math.max(0, newest - count);
  return oldest + (random % (newest - oldest + 1 + LEAD));
}

/** Row `row` as a JSON object without line feed. */
export function bidLine(row: number, seed = 1): string {
  const person = Math.floor(row / BIDS_PER_PERSON);
  const auctions = Math.floor((row * AUCTIONS_PER_PERSON) / BIDS_PER_PERSON);
  const hotAuction = Math.floor(auctions / HOT_STEP) * HOT_STEP;
  const hotBidder = Math.floor(person / HOT_STEP) * HOT_STEP + 1;
  const auction =
    FIRST_ID + (hash(seed, row, 1) % 2 === 0 ? hotAuction : recent(auctions, AUCTIONS_IN_FLIGHT, hash(seed, row, 2)));
  const bidder =
    FIRST_ID + (hash(seed, row, 3) % 4 !== 0 ? hotBidder : recent(person, PERSONS_ACTIVE, hash(seed, row, 4)));
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
