/** Parquet files for tests: DuckDB writes and reads them, and the product reads them with all digits. */
import { DuckDBInstance } from '@duckdb/node-api';
import { readFileSync } from 'node:fs';
import type { SourceColumn } from '../../plan/plan.js';
import type { Value } from '../../plan/values.js';
import { readValue } from '../../runtime/columns/read.js';
import { ParquetFile } from '../../runtime/formats/parquet/file.js';
import type { FileBytes } from '../../runtime/formats/file-bytes.js';
import { ParquetError } from '../../runtime/formats/parquet/problem.js';
import { ParquetRows } from '../../runtime/formats/parquet/rows.js';
import { column } from './decoding.js';

/** Runs statements in a database of their own; rows of the last one. */
export async function duck(...statements: readonly string[]): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  let rows: Record<string, unknown>[] = [];
  try {
    for (const statement of statements) {
      rows = (await connection.runAndReadAll(statement)).getRowObjectsJson();
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return rows;
}

interface ParquetRead {
  readonly rows: Value[][];
  /** `code@position: message` */
  readonly bad: string[];
  /** Bytes asked of the file. */
  readonly bytesRead: number;
}

/** Bytes of a file in memory, counted. */
function countedBytes(bytes: Uint8Array): FileBytes & { read_bytes: number } {
  const source = {
    size: bytes.length,
    read_bytes: 0,
    read: (target: Uint8Array, position: number): Promise<number> => {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      source.read_bytes += part.length;
      return Promise.resolve(part.length);
    },
  };
  return source;
}

/** Rows of a file as the columns `name TYPE [NOT NULL]` say. */
export async function readParquet(
  file: string | Uint8Array,
  columns: readonly string[],
  { missingIsNull = false, start = 0, end = Number.POSITIVE_INFINITY } = {},
): Promise<ParquetRead> {
  const bytes = countedBytes(typeof file === 'string' ? readFileSync(file) : file);
  const decoded: SourceColumn[] = columns.map(column);
  const opened = await ParquetFile.open(bytes, decoded, missingIsNull);
  const rows: Value[][] = [];
  const bad: string[] = [];
  const reader = new ParquetRows(decoded);
  reader.begin();
  const range = { start, end: Math.min(end, opened.rowCount) };
  await reader.read(opened, 'x.parquet', range, {
    rows: (batch) => {
      for (let row = 0; row < batch.rowCount; row++) {
        if (batch.selection?.includes(row) === false) continue;
        rows.push(decoded.map((each, i) => readValue(batch.columns[i]!, row, each.field.type)));
      }
    },
    bad: (record) => bad.push(`${record.code}@${String(record.position)}: ${record.message}`),
  });
  return { rows, bad, bytesRead: bytes.read_bytes };
}

/** What is wrong with a file. */
export async function problemOf(file: string | Uint8Array, columns: readonly string[]): Promise<string> {
  try {
    await readParquet(file, columns);
    return 'nothing';
  } catch (error) {
    if (!(error instanceof ParquetError)) throw error;
    return JSON.stringify(error.problem);
  }
}
