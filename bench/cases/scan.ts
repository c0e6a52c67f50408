/** JSON lines to columns, in memory: the scanner alone, with 3 of 7 and 7 of 7 columns. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { SourceColumn } from '../../plan/plan.js';
import { typeFromText } from '../../plan/types.js';
import { createDecoder, type Kernel } from '../../runtime/formats/decoder.js';
import { BID_COLUMNS } from '../bids.js';
import { repeat, type BenchOptions, type Measured } from '../case.js';

const CHUNK_BYTES = 1 << 20;
const CHUNKS = 64;
const DURATION_MS = 1500;
const THREE = new Set(['auction', 'price', 'dateTime']);

export function scanCase(kernel: Kernel, columns: 3 | 7): (options: BenchOptions) => Promise<Measured> {
  return (options) => {
    const decoder = createDecoder(
      { columns: sourceColumns(columns), unused: [], format: { name: 'json', options: {} } },
      { kernel },
    );
    const chunks = readChunks(options.bids);
    let rows = 0;
    const sink = {
      rows: (batch: { readonly rowCount: number }) => {
        rows += batch.rowCount;
      },
      bad: () => {
        throw new Error('a generated bid is not a bid');
      },
    };
    const pass = (): void => {
      rows = 0;
      decoder.begin();
      for (const chunk of chunks) {
        // As a source does: straight into the memory that the decoder reads fastest from.
        const heap = decoder.allocate(chunk.length);
        heap.set(chunk);
        decoder.decode(
          { heap, start: 0, end: chunk.length, partition: 0, resource: 'bids', positions: { base: 0 } },
          sink,
        );
      }
    };
    pass();
    return repeat(rows, DURATION_MS, pass);
  };
}

/** `JSON.parse` per line over the same chunks. */
export function parseCase(options: BenchOptions): Promise<Measured> {
  const chunks = readChunks(options.bids).map((chunk) => Buffer.from(chunk));
  let rows = 0;
  let sum = 0;
  const pass = (): void => {
    rows = 0;
    for (const chunk of chunks) {
      for (const line of chunk.toString('latin1', 0, chunk.length - 1).split('\n')) {
        sum += (JSON.parse(line) as { readonly auction: number }).auction;
        rows += 1;
      }
    }
  };
  pass();
  return repeat(rows, DURATION_MS, pass).then((measured) => ({ ...measured, count: sum === -1 ? 0 : measured.count }));
}

function sourceColumns(columns: 3 | 7): readonly SourceColumn[] {
  return BID_COLUMNS.filter(([name]) => columns === 7 || THREE.has(name)).map(([name, typeText]) => {
    const type = typeFromText(typeText);
    if (type === undefined) throw new Error(`no type ${typeText}`);
    return { from: 'record', name, field: { name, type, nullable: true } };
  });
}

/** Whole lines, about a MiB each. */
function readChunks(path: string): readonly Uint8Array[] {
  const file = openSync(path, 'r');
  const chunks: Uint8Array[] = [];
  let position = 0;
  while (chunks.length < CHUNKS) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const bytes = readSync(file, chunk, 0, CHUNK_BYTES, position);
    const end = chunk.lastIndexOf(10, bytes - 1) + 1;
    if (bytes === 0 || end === 0) break;
    chunks.push(chunk.subarray(0, end));
    position += end;
  }
  closeSync(file);
  return chunks;
}
