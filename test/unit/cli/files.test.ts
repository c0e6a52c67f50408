import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTextFile, writeTextFile } from '../../../cli/files.js';

let folder: string;
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'esql-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('reading', () => {
  it('gives the text with its path', async () => {
    writeFileSync(at('a.esql'), 'SET checkpoint = 1s; -- ü\n');
    expect(await readTextFile(at('a.esql'))).toMatchObject({ path: at('a.esql'), text: 'SET checkpoint = 1s; -- ü\n' });
  });

  it('suggests the nearest name where there is none', async () => {
    writeFileSync(at('orders.esql'), '');
    const hint = `\`${at('orders.esql')}\` might be meant.`;
    await expect(readTextFile(at('order.esql'))).rejects.toMatchObject({ diagnostic: { code: 'ESQL7005', hint } });
  });

  it('refuses a folder', async () => {
    await expect(readTextFile(folder)).rejects.toThrow('ESQL7005');
  });

  it('says where the text stops being UTF-8', async () => {
    writeFileSync(at('x.esql'), Buffer.concat([Buffer.from('ä'.repeat(1000)), Buffer.of(0xff, 0x41)]));
    await expect(readTextFile(at('x.esql'))).rejects.toThrow(/ESQL7007.*byte 2000/u);
  });

  it('does not read what is far too large', async () => {
    writeFileSync(at('x.esql'), '');
    truncateSync(at('x.esql'), 64 * 1024 * 1024 + 1);
    await expect(readTextFile(at('x.esql'))).rejects.toThrow('ESQL7008');
  });
});

describe('writing', () => {
  it('replaces the whole file and leaves nothing beside it', async () => {
    writeFileSync(at('x'), 'old and longer');
    await writeTextFile(at('x'), 'new');
    expect(await readTextFile(at('x'))).toMatchObject({ text: 'new' });
  });

  it('leaves the old file when it fails', async () => {
    mkdirSync(at('x'));
    await expect(writeTextFile(at('x'), 'new')).rejects.toThrow('ESQL7006');
    await expect(writeTextFile(at('no/such/x'), 'new')).rejects.toMatchObject({
      diagnostic: { code: 'ESQL7006', label: `\`${at('no/such/x')}\` lies in a folder that does not exist` },
    });
    chmodSync(at('x'), 0o755);
  });
});
