/**
 * The bar: what a careful programmer writes by hand for one query. Chunks of the file split at line feeds, `JSON.parse`
 * per line,
 * `Map` with numeric keys, no recovery, no late rows, no retractions.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { BenchOptions, Measured } from '../case.js';

interface Bid {
  readonly auction: number;
  readonly bidder: number;
  readonly price: number;
  readonly channel: string;
  readonly url: string;
  readonly dateTime: string;
  readonly extra: string;
}

const CHUNK_BYTES = 1 << 20;

function forEachBid(path: string, action: (bid: Bid) => void): number {
  const file = openSync(path, 'r');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let rest = '';
  let rows = 0;
  for (;;) {
    const bytes = readSync(file, chunk, 0, CHUNK_BYTES, null);
    if (bytes === 0) break;
    const lines = (rest + chunk.toString('latin1', 0, bytes)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      action(JSON.parse(line) as Bid);
      rows += 1;
    }
  }
  closeSync(file);
  return rows;
}

function timed(options: BenchOptions, action: (bid: Bid) => void): Promise<Measured> {
  const start_ms = performance.now();
  const count = forEachBid(options.bids, action);
  if (Number.isNaN(blackhole)) throw new Error('a bid has a member that is no number');
  return Promise.resolve({ count, duration_ms: performance.now() - start_ms });
}

/** What the loops add up. `timed` looks at it, so that no optimiser may drop the work. */
let blackhole = 0;

export const plainScan = (options: BenchOptions): Promise<Measured> =>
  timed(options, (bid) => {
    blackhole += bid.auction;
  });

export const plainQ1 = (options: BenchOptions): Promise<Measured> =>
  timed(options, (bid) => {
    const row = { auction: bid.auction, bidder: bid.bidder, price: bid.price * 0.908, dateTime: bid.dateTime };
    blackhole += row.price;
  });

export const plainQ2 = (options: BenchOptions): Promise<Measured> =>
  timed(options, (bid) => {
    if (bid.auction % 123 === 0) blackhole += bid.price;
  });

const SLIDE_MS = 2000;
const SIZE_MS = 10_000;

/** Counts per auction and 2 s pane, five panes merged when a window ends. */
export const plainQ5 = (options: BenchOptions): Promise<Measured> => {
  const panes = new Map<number, Map<number, number>>();
  let closed = Number.NEGATIVE_INFINITY;
  return timed(options, (bid) => {
    const time_ms = Date.parse(bid.dateTime);
    const pane = time_ms - (time_ms % SLIDE_MS);
    let counts = panes.get(pane);
    if (counts === undefined) {
      counts = new Map();
      panes.set(pane, counts);
    }
    counts.set(bid.auction, (counts.get(bid.auction) ?? 0) + 1);
    if (pane > closed) {
      if (closed !== Number.NEGATIVE_INFINITY) closeWindow(panes, pane);
      closed = pane;
    }
  });
};

function closeWindow(panes: Map<number, Map<number, number>>, end_ms: number): void {
  const merged = new Map<number, number>();
  for (let pane = end_ms - SIZE_MS; pane < end_ms; pane += SLIDE_MS) {
    for (const [auction, count] of panes.get(pane) ?? []) merged.set(auction, (merged.get(auction) ?? 0) + count);
  }
  panes.delete(end_ms - SIZE_MS);
  for (const [auction, count] of merged) blackhole += auction + count;
}

export const plainQ7 = (options: BenchOptions): Promise<Measured> => {
  let window_ms = -1;
  let maximum = 0;
  return timed(options, (bid) => {
    const time_ms = Date.parse(bid.dateTime);
    const start_ms = time_ms - (time_ms % SIZE_MS);
    if (start_ms !== window_ms) {
      blackhole += maximum;
      window_ms = start_ms;
      maximum = 0;
    }
    if (bid.price > maximum) maximum = bid.price;
  });
};
