import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeDisk } from '../../../cli/host/disk.js';

let folder: string;
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'esql-disk-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('a directory', () => {
  it('is made with the way to it, and once', async () => {
    await nodeDisk.makeDirectory(at('a/b/c'));
    await nodeDisk.makeDirectory(at('a/b/c'));
    await Promise.all([nodeDisk.makeDirectory(at('x/y/1')), nodeDisk.makeDirectory(at('x/y/2'))]);
    expect(statSync(at('a/b/c')).isDirectory()).toBe(true);
    expect(statSync(at('x/y/1')).isDirectory() && statSync(at('x/y/2')).isDirectory()).toBe(true);
  });

  it('cannot be made of a file, nor below one', async () => {
    writeFileSync(at('file'), '');
    await expect(nodeDisk.makeDirectory(at('file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(nodeDisk.makeDirectory(at('file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  // `mkdir` with `recursive` never returns here (Node.js 20).
  it.runIf(existsSync('/proc/self'))('is refused where nothing can be made', async () => {
    await expect(nodeDisk.makeDirectory('/proc/none/below')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('lists names by code point, where UTF-16 units would give another order', async () => {
    const names = ['b', '\u{ff5e}', '\u{1f600}', 'a'];
    for (const name of names) writeFileSync(at(name), '');
    expect(await nodeDisk.list(folder)).toEqual(['a', 'b', '\u{ff5e}', '\u{1f600}']);
  });
});
