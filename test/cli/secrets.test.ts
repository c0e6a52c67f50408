/** A planted value of env() and secret() is used, and stands nowhere: no output, plan, log or checkpoint has it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openSession, query, useCli, type Session } from './session.js';

useCli();

const PLANTED = 'planted_7Kq2vX9w';
const ENV = { RESULT_TABLE: `env_${PLANTED}`, ESQL_SECRET_RESULT_TABLE: `secret_${PLANTED}` };

let session: Session;
afterEach(() => {
  session.remove();
});

/** Files in which the value stands, but for the database whose table it names. */
function filesWithSecret(): readonly string[] {
  return readdirSync(session.folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    if (name.startsWith('out.db') || !statSync(session.path(name)).isFile()) return false;
    return readFileSync(session.path(name)).includes(PLANTED);
  });
}

test.each(["env('RESULT_TABLE')", "secret('RESULT_TABLE')"])('the value of %s', async (reference) => {
  session = openSession({
    'q.esql': query({ sink: `connector = 'sqlite', path = 'out.db', table = ${reference}` }),
    'in.jsonl': '{"id":1,"v":2}\n',
  });
  const printed: string[] = [];
  for (const words of [
    ['check', 'q.esql'],
    ['compile', 'q.esql', '-o', 'q.plan.json'],
    ['compile', 'q.esql', '--emit', 'ast'],
    ['explain', 'q.esql'],
    ['explain', 'q.esql', 'DELIVERY'],
    ['run', 'q.plan.json'],
    ['run', 'q.esql', '--query-id', 'another'],
    ['checkpoint', 'show', '.esql'],
    ['diff', 'q.plan.json', 'q.esql'],
  ]) {
    const { code, out, err } = await session.run(words, ENV);
    printed.push(out, err);
    // The second job finds the table with the progress of the first: whatever it says, it must not say the name.
    if (!words.includes('another')) expect(code, err).toBe(0);
  }
  expect(printed.join('')).not.toContain(PLANTED);
  expect(printed.join('')).toContain(reference.replaceAll("'", "'"));
  expect(filesWithSecret()).toEqual([]);
});

test('a reference without a value is named, not guessed', async () => {
  session = openSession({
    'q.esql': query({ sink: "connector = 'sqlite', path = 'out.db', table = secret('NOT_THERE')" }),
    'in.jsonl': '',
  });
  const { code, err } = await session.run(['run', 'q.esql']);
  expect(code).toBe(1);
  expect(err).toContain('ESQL5017');
  expect(err).toContain("secret('NOT_THERE')");
});

test('a secret host that refuses the connection', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  session = openSession({
    'q.esql': query({ source: `connector = 'socket', host = secret('HOST'), port = ${String(port)}` }),
  });
  const started = session.start(['run', 'q.esql', '--quiet']);
  started.process.kill('SIGTERM');
  const { err } = await started.end;
  expect(err).not.toContain(PLANTED);
  expect(filesWithSecret()).toEqual([]);
});
