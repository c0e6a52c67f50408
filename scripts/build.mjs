/**
 * Builds dist/: the scanner kernel (AssemblyScript to WebAssembly), the command line as a launcher and one bundle with
 * its code cache, because start-up time is files read and code compiled (docs/decisions/0011), and the bench.
 */
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

/**
 * Packages that are bundled: those that every start may need, and those that are ES modules only, which `require` takes
 * with a warning or not at all, depending on Node's version. All others stay outside, and are loaded when used.
 */
const BUNDLED = ['chevrotain', 're2js', '@noble/hashes', 'hyparquet', 'hyparquet-writer', 'hyparquet-compressors'];
const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const outside = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !BUNDLED.includes(name));

await rm('dist', { recursive: true, force: true });
if (existsSync('scripts/build-kernel.mjs')) {
  const { buildKernel } = await import('./build-kernel.mjs');
  await buildKernel();
}

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: outside,
  sourcemap: true,
  minifySyntax: true,
  logLevel: 'warning',
};
const commandLine = {
  ...common,
  format: 'cjs',
  // Outside the module loader there is no import(); what is imported lazily is required lazily.
  supported: { 'dynamic-import': false },
};

await mkdir('dist/cli', { recursive: true });
await writeFile('dist/cli/package.json', '{ "type": "commonjs" }\n');
await build({
  ...commandLine,
  entryPoints: ['cli/main.ts'],
  outfile: 'dist/cli/esql.cjs',
  banner: { js: '(function (require) {' },
  footer: { js: '})' },
});
await build({
  ...commandLine,
  entryPoints: ['cli/launcher.ts'],
  outfile: 'dist/cli/main.js',
  // Only the help of the commands is needed here, never what they do.
  external: [...outside, './commands/*'],
  define: { 'import.meta.dirname': '__dirname' },
});
await build({
  ...common,
  entryPoints: { main: 'bench/main.ts' },
  outdir: 'dist/bench',
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
  },
});

const { status, stderr } = spawnSync(process.execPath, ['scripts/build-code-cache.mjs'], { encoding: 'utf8' });
if (status !== 0) process.stderr.write(`no code cache, so starts are slower:\n${stderr}`);
