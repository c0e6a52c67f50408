/** Sources of files over a folder of their own for each test of a file; all are closed behind it. */
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { FormatSpec } from '../../plan/plan.js';
import { FileSource, type FileSourceOptions } from '../../runtime/connectors/file/source.js';
import { localFiles } from '../../runtime/storage/local-tree.js';
import { sourceBench, sourceOperator, temporaryFolder } from './connectors.js';

export function fileSources(formatName: FormatSpec['name']) {
  let folder: ReturnType<typeof temporaryFolder>;
  const open: FileSource[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    for (const source of open.splice(0)) await source.close();
    folder.remove();
  });
  return {
    /** A path in the folder. */
    at: (name: string): string => join(folder.path, name),
    make: (columns: readonly string[], path: string, changes: Partial<FileSourceOptions> = {}, format = {}) => {
      const bench = sourceBench(folder.path, sourceOperator(columns, formatName, format));
      const options = { path, follow: false, order: 'name', compression: 'none', ...changes } as const;
      const source = new FileSource(bench.context, options, localFiles(bench.context.env));
      open.push(source);
      return { bench, source };
    },
  };
}
