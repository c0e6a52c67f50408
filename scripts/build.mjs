/**
 * Builds dist/: the scanner kernel (AssemblyScript to WebAssembly) and the command line as one bundle per lazy import,
 * because start-up time is files read (docs/decisions/).
 */
import { build } from 'esbuild';
import { rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

await rm('dist', { recursive: true, force: true });
if (existsSync('scripts/build-kernel.mjs')) {
  const { buildKernel } = await import('./build-kernel.mjs');
  await buildKernel();
}
const entryPoints = { 'cli/main': 'cli/main.ts', 'bench/main': 'bench/main.ts' };
await build({
  entryPoints: Object.fromEntries(Object.entries(entryPoints).filter(([, path]) => existsSync(path))),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['better-sqlite3', '@duckdb/node-api'],
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: true,
  minifySyntax: true,
  logLevel: 'warning',
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
  },
});
