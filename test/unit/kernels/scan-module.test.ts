import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as layout from '../../../runtime/kernels/scan-layout.js';
import { RECORD_BYTES_MAX, RECORD_DEPTH_MAX } from '../../../runtime/formats/format.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('the generated module is what its source compiles to', async () => {
  // @ts-expect-error a build script without types
  const { compileKernel, kernelModuleText } = (await import('../../../scripts/build-kernel.mjs')) as {
    compileKernel: () => Promise<Uint8Array>;
    kernelModuleText: (bytes: Uint8Array) => string;
  };
  const stored = await readFile(`${root}runtime/kernels/scan-module.generated.ts`, 'utf8');
  expect(stored).toBe(kernelModuleText(await compileKernel()));
}, 60_000);

test('kernel and caller agree on the layout', async () => {
  const text = await readFile(`${root}runtime/kernels/assembly/scan-layout.ts`, 'utf8');
  const numbers = [...text.matchAll(/export const (\w+): \w+ = (\d+);/gu)].map(([, name, value]) => [
    name,
    Number(value),
  ]);
  expect(Object.fromEntries(numbers)).toEqual({ ...layout, RECORD_BYTES_MAX, RECORD_DEPTH_MAX });
});
