import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeDisk } from '../../../cli/host/disk.js';
import { SegmentLog, SegmentLogError } from '../../../runtime/wal/segment-log.js';
import { temporaryFolder } from '../../support/connectors.js';

describe('segment log', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let log: SegmentLog | null = null;

  /** All payloads that are there after opening, heads left out. */
  async function open(epoch = 1, segmentBytes_max = 120): Promise<string[]> {
    await log?.close();
    const found: string[] = [];
    const options = { epoch, segmentBytes_max, head: () => Buffer.from('head') };
    log = await SegmentLog.open(nodeDisk, folder.path, options, (record) => found.push(record.payload.toString()));
    return found.filter((text) => text !== 'head');
  }
  const append = (text: string) => log!.append(Buffer.from(text));
  const segments = (): string[] => readdirSync(folder.path).filter((name) => /^\d/u.test(name));
  const path = (nth: number): string => join(folder.path, segments().at(nth)!);

  beforeEach(() => {
    folder = temporaryFolder();
    log = null;
  });
  afterEach(async () => {
    await log?.close();
    folder.remove();
  });

  it('keeps records over restarts and segments, and reads them by place', async () => {
    await open();
    const texts = Array.from({ length: 12 }, (_, i) => `record ${i}`);
    const places = [];
    for (const text of texts) places.push(await append(text));
    expect(segments().length).toBeGreaterThan(2);
    expect(await open(2)).toEqual(texts);
    expect((await log!.read(places[5]!))?.payload.toString()).toBe('record 5');
    await append('after');
    expect(segments().at(-1)).toMatch(/^00000002-/u);
    expect(await open(3)).toEqual([...texts, 'after']);
  });

  it('cuts a torn tail off at every byte, durably, also twice', async () => {
    await open(1, 1e6);
    await append('one');
    await append('two');
    const whole = readFileSync(path(-1));
    const two = whole.length - 12 - 3;
    for (let size = two; size < whole.length; size++) {
      writeFileSync(path(-1), whole);
      truncateSync(path(-1), size);
      expect(await open(2, 1e6), `${size} bytes`).toEqual(['one']);
      expect(readFileSync(path(-1)).length).toBe(two);
    }
    await append('three');
    appendFileSync(path(-1), 'EREC garbage');
    expect(await open(3, 1e6)).toEqual(['one', 'three']);
    expect(await open(4, 1e6)).toEqual(['one', 'three']);
  });

  it('takes zeros behind the end for a torn tail', async () => {
    await open(1, 1e6);
    await append('one');
    appendFileSync(path(-1), Buffer.alloc(100));
    expect(await open(2)).toEqual(['one']);
  });

  it('refuses a flipped bit anywhere but in the last record', async () => {
    await open(1, 1e6);
    await append('one');
    await append('two');
    const whole = readFileSync(path(-1));
    for (let at = 0; at < whole.length - 15; at++) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 4;
      writeFileSync(path(-1), bytes);
      await expect(open(2), `byte ${at}`).rejects.toBeInstanceOf(SegmentLogError);
    }
  });

  it('refuses a missing or cut segment in the middle', async () => {
    await open();
    for (let i = 0; i < 12; i++) await append(`record ${i}`);
    const second = readFileSync(path(1));
    truncateSync(path(1), second.length - 1);
    await expect(open(2)).rejects.toThrow('is damaged');
    rmSync(path(1));
    await expect(open(2)).rejects.toThrow('a segment before it is missing');
  });

  it('forgets a segment that was only begun', async () => {
    await open();
    await append('one');
    writeFileSync(join(folder.path, '00000002-00000002'), 'ESQ');
    expect(await open(3)).toEqual(['one']);
    await append('two');
    expect(await open(4)).toEqual(['one', 'two']);
  });

  it('trims whole segments and never the last', async () => {
    await open();
    for (let i = 0; i < 12; i++) await append(`record ${i}`);
    await log!.trim(2);
    expect((await open(2))[0]).not.toBe('record 0');
    await log!.trim(1e9);
    expect(segments()).toHaveLength(1);
    expect((await open(3)).at(-1)).toBe('record 11');
  });
});
