/** What every object store must do; run against each implementation, embedded and real. */
import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../runtime/storage/object-store.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (found: Uint8Array | null): string | null => (found === null ? null : Buffer.from(found).toString());

/** `make` gives an empty store at every call. */
export function storeContract(name: string, make: () => ObjectStore): void {
  describe(`the ${name} store`, () => {
    it('publishes once and leaves the first object untouched', async () => {
      const store = make();
      expect(await store.publish('a/1', [bytes('on'), bytes('e')])).toBe('created');
      expect(await store.publish('a/1', [bytes('two')])).toBe('exists');
      expect(text(await store.read('a/1'))).toBe('one');
    });

    it('gives null for what is not there', async () => {
      expect(await make().read('a/none')).toBeNull();
    });

    it('lists everything below a folder by name, and nothing else', async () => {
      const store = make();
      for (const name of ['b/2', 'a/10', 'a/1', 'ab/1', 'a/x/y']) await store.publish(name, [bytes(name)]);
      expect((await store.list('a')).map(({ name, size }) => [name, size])).toEqual([
        ['a/1', 3],
        ['a/10', 4],
        ['a/x/y', 5],
      ]);
      expect((await store.list('')).length).toBe(5);
      expect(await store.list('none')).toEqual([]);
    });

    it('removes, also what is not there', async () => {
      const store = make();
      await store.publish('a/1', [bytes('one')]);
      await store.remove('a/1');
      await store.remove('a/1');
      expect(await store.read('a/1')).toBeNull();
    });

    it('moves bad objects away without overwriting, so that the name is free', async () => {
      const store = make();
      for (const content of ['bad', 'worse']) {
        expect(await store.publish('a/1', [bytes(content)])).toBe('created');
        await store.quarantine('a/1');
      }
      await store.quarantine('a/1');
      const kept = await store.list('corrupt');
      expect(await Promise.all(kept.map(async ({ name }) => text(await store.read(name))))).toEqual(['bad', 'worse']);
      expect(await store.read('a/1')).toBeNull();
    });

    it('has one lock', async () => {
      const store = make();
      const lock = await store.acquireLock();
      expect(lock).not.toBeNull();
      await lock?.release();
      expect(await store.acquireLock()).not.toBeNull();
    });

    it.each(['../x', 'a/../b', '/a', 'a//b', '.hidden', 'a/.tmp-1', '', 'a b', 'a\0b', 'a\\b', 'x'.repeat(300)])(
      'refuses the name %j',
      async (name) => {
        const store = make();
        await expect((async () => store.publish(name, [bytes('x')]))()).rejects.toThrow('object name');
        await expect((async () => store.read(name))()).rejects.toThrow('object name');
      },
    );
  });
}
