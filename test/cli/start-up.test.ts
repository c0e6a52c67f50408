/** The launcher, its bundle and the code cache: a cache that no longer fits costs time, and never anything else. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { builtCli, runCli, type BuiltCli } from '../support/built-cli.js';
import { ROOT } from '../support/repository.js';

const QUERY = 'queries/weather.esql';

let cli: BuiltCli;
let bundle: string;
beforeEach(async () => {
  cli = await builtCli();
  bundle = join(dirname(cli.main), 'esql.cjs');
});
afterEach(() => {
  cli.remove();
});

test('V8 takes the code cache of the build', () => {
  const cachedData = readFileSync(`${bundle}.cache`);
  const script = new Script(readFileSync(bundle, 'latin1'), { filename: bundle, cachedData });
  expect(script.cachedDataRejected).toBe(false);
});

test('the bundle is ASCII but for comments, as the launcher reads it', () => {
  const lines = readFileSync(bundle, 'latin1').split('\n');
  const beyond = lines.filter((line) => /[\u0080-\u00ff]/u.test(line));
  expect(beyond.filter((line) => !/^\s*(?:\/\*|\*|\/\/)/u.test(line))).toEqual([]);
});

test.each(['damaged', 'missing'])('a %s code cache changes nothing', async (state) => {
  const whole = await runCli(cli, ['check', QUERY], { cwd: ROOT });
  if (state === 'missing') rmSync(`${bundle}.cache`);
  else writeFileSync(`${bundle}.cache`, 'not a code cache');
  expect(await runCli(cli, ['check', QUERY], { cwd: ROOT })).toEqual(whole);
  expect(whole.code).toBe(0);
});

test('a missing bundle is named, with what makes it; help is still there', async () => {
  rmSync(bundle);
  const { code, err } = await runCli(cli, ['check', QUERY], { cwd: ROOT });
  expect(code).toBe(1);
  expect(err).toContain(`esql is not built: ${bundle} is missing.`);
  expect(err).toContain('npm run build');
  expect((await runCli(cli, ['--help'], { cwd: ROOT })).code).toBe(0);
});
