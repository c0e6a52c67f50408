/** What every file tree must do, wherever its files lie. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../runtime/env.js';
import type { FileTree } from '../../runtime/storage/file-tree.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const codeOf = async (action: () => Promise<unknown>): Promise<string> => {
  try {
    await action();
    return 'none';
  } catch (error) {
    return error instanceof DiskError ? error.code : String(error);
  }
};

export interface TreeTraits {
  /** An empty folder can be told from one that isn't there. */
  readonly folders: boolean;
}

/** `make` gives a tree and an absolute folder below which nothing is. */
export function treeContract(
  name: string,
  traits: TreeTraits,
  make: () => Promise<{ readonly tree: FileTree; readonly root: string }>,
): void {
  describe(`the file tree of ${name}`, () => {
    it('publishes once', async () => {
      const { tree, root } = await make();
      expect(await tree.publish(`${root}/a/1`, [bytes('on'), bytes('e')], `${root}/tmp/1`)).toBe('created');
      expect(await tree.publish(`${root}/a/1`, [bytes('two')], `${root}/tmp/2`)).toBe('exists');
      expect(Buffer.from(await tree.read(`${root}/a/1`)).toString()).toBe('one');
      expect((await tree.list(`${root}/a`)).map((entry) => entry.name)).toEqual(['1']);
    });

    it('lets one of many publishers win', async () => {
      const { tree, root } = await make();
      const tries = Array.from({ length: 6 }, (_, i) =>
        tree.publish(`${root}/x`, [bytes(`from ${String(i)}`)], `${root}/tmp/${String(i)}`),
      );
      const outcomes = await Promise.all(tries);
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      const winner = outcomes.indexOf('created');
      expect(Buffer.from(await tree.read(`${root}/x`)).toString()).toBe(`from ${String(winner)}`);
    });

    it('publishes and reads an empty file', async () => {
      const { tree, root } = await make();
      expect(await tree.publish(`${root}/empty`, [], `${root}/tmp/1`)).toBe('created');
      expect((await tree.status(`${root}/empty`))?.size).toBe(0);
      expect(await tree.read(`${root}/empty`)).toHaveLength(0);
    });

    it('replaces, also what is not there, and gives another identity to other content', async () => {
      const { tree, root } = await make();
      await tree.replace(`${root}/r`, [bytes('one')], `${root}/tmp/1`);
      const before = await tree.status(`${root}/r`);
      await tree.replace(`${root}/r`, [bytes('three')], `${root}/tmp/2`);
      await tree.settle(new Set([root]));
      const after = await tree.status(`${root}/r`);
      expect(Buffer.from(await tree.read(`${root}/r`)).toString()).toBe('three');
      expect(after?.size).toBe(5);
      expect(after?.identity).not.toBe(before?.identity);
    });

    it('lists folders by name, with what lies directly in them', async () => {
      const { tree, root } = await make();
      for (const file of ['b', 'a/x', 'B', 'a b', 'ü', 'a/y/z', '10', '9'])
        await tree.replace(
          `${root}/l/${file}`,
          [bytes(file)],
          `${root}/tmp/${String(file.length)}-${file.charCodeAt(0)}`,
        );
      const listed = (await tree.list(`${root}/l`)).map(({ name: found, status }) => [found, status.kind]);
      expect(listed).toEqual([
        ['10', 'file'],
        ['9', 'file'],
        ['B', 'file'],
        ['a', 'directory'],
        ['a b', 'file'],
        ['b', 'file'],
        ['ü', 'file'],
      ]);
      expect((await tree.list(`${root}/l/a`)).map((entry) => entry.name)).toEqual(['x', 'y']);
      const [first] = await tree.list(`${root}/l`);
      expect(first?.status).toEqual(await tree.status(`${root}/l/10`));
    });

    it('reads by position, over the borders of blocks', async () => {
      const { tree, root } = await make();
      const content = randomBytes(9 * 1024 * 1024 + 17);
      await tree.replace(`${root}/big`, [content.subarray(0, 100), content.subarray(100)], `${root}/tmp/1`);
      const handle = await tree.open(`${root}/big`);
      for (const [at, length] of [
        [0, 1],
        [4 * 1024 * 1024 - 3, 7],
        [content.length - 5, 100],
        [content.length, 10],
        [0, content.length],
        [1024, 3 * 1024 * 1024],
      ] as const) {
        const target = Buffer.alloc(length);
        const count = await handle.read(target, at);
        expect(count).toBe(Math.max(0, Math.min(length, content.length - at)));
        expect(target.subarray(0, count).equals(content.subarray(at, at + count))).toBe(true);
      }
      expect((await handle.status()).size).toBe(content.length);
      await handle.close();
    });

    it('says what is not there', async () => {
      const { tree, root } = await make();
      expect(await tree.status(`${root}/none`)).toBeNull();
      expect(await codeOf(() => tree.read(`${root}/none`))).toBe('ENOENT');
      expect(await codeOf(() => tree.open(`${root}/none`))).toBe('ENOENT');
      expect(await codeOf(() => tree.remove(`${root}/none`))).toBe('ENOENT');
      if (traits.folders) expect(await codeOf(() => tree.list(`${root}/none`))).toBe('ENOENT');
    });

    it('makes folders, again too, and removes files', async () => {
      const { tree, root } = await make();
      await tree.makeFolder(`${root}/f/g`);
      await tree.makeFolder(`${root}/f/g`);
      expect(await tree.list(`${root}/f/g`)).toEqual([]);
      await tree.replace(`${root}/f/g/h`, [bytes('h')], `${root}/tmp/1`);
      await tree.remove(`${root}/f/g/h`);
      expect(await tree.list(`${root}/f/g`)).toEqual([]);
      expect(await tree.status(`${root}/f/g/h`)).toBeNull();
    });
  });
}
