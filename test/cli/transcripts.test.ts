/** Every command as it is typed, and what it prints: golden transcripts. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSession, QUERY, query, SNAPSHOTS, transcript, useCli, type Session } from './session.js';

useCli();

const COUNTS = 'SELECT v AS id, COUNT(*) AS n FROM events WHERE v IS NOT NULL GROUP BY v';

let session: Session;
beforeEach(() => {
  session = openSession({
    'q.esql': QUERY,
    'changed.esql': query({ select: 'SELECT id, v FROM events WHERE v > 1' }),
    'wrong.esql': query({ select: 'SELECT id, w FROM evnts' }),
    'counts.esql': `${query({ select: COUNTS })}ASSERT DELIVERY EXACTLY ONCE;\n`,
    'explains.esql': `${query({ select: COUNTS })}EXPLAIN DELIVERY copied;\nEXPLAIN STATE SELECT v, MAX(id) AS newest FROM events GROUP BY v;\n`,
    'database.esql': query({
      select: COUNTS,
      sink: "connector = 'mssql', server = 'db.example', database = 'x', authentication = 'entra', table = 'dbo.results'",
    }),
    'postgres.esql': query({
      select: COUNTS,
      sink: "connector = 'postgres', server = 'db.example', database = 'x', user = 'u', table = 'results'",
    }),
    'empty.esql': '',
    'not-a-plan.json': '{"format": "something"}\n',
    'in.jsonl': '{"id":1,"v":2}\n{"id":2,"v":3}\n{"id":3,"v":2}\n',
  });
});
afterEach(() => {
  session.remove();
});

const SINGLE: Readonly<Record<string, readonly string[]>> = {
  'no-command': [],
  help: ['--help'],
  version: ['--version'],
  'help-check': ['check', '--help'],
  'help-compile': ['compile', '--help'],
  'help-explain': ['explain', '--help'],
  'help-run': ['help', 'run'],
  'help-fmt': ['fmt', '-h'],
  'help-diff': ['help', 'diff'],
  'help-checkpoint': ['checkpoint', '--help'],
  'unknown-command': ['runn', 'q.esql'],
  'unknown-option': ['run', '--checkpoint-dirr', 'x', 'q.esql'],
  'unknown-stage': ['compile', '--emit', 'plam', 'q.esql'],
  'no-operand': ['check'],
  'too-many-operands': ['run', 'q.esql', 'counts.esql'],
  'option-without-value': ['run', 'q.esql', '--query-id'],
  'wrong-duration': ['run', 'q.esql', '--checkpoint', '5x'],
  check: ['check', 'q.esql', 'counts.esql'],
  'check-wrong': ['check', 'q.esql', 'wrong.esql'],
  'check-wrong-json': ['check', '--json', 'wrong.esql'],
  'check-empty': ['check', 'empty.esql'],
  'check-missing': ['check', 'missing.esql'],
  'check-directory': ['check', '.'],
  compile: ['compile', 'q.esql'],
  'compile-dot': ['compile', '--emit', 'dot', 'q.esql'],
  'compile-wrong': ['compile', 'wrong.esql'],
  explain: ['explain', 'counts.esql'],
  'explain-state': ['explain', 'counts.esql', 'STATE'],
  'explain-delivery': ['explain', 'counts.esql', 'DELIVERY'],
  'explain-statements': ['explain', 'explains.esql'],
  'explain-no-stream': ['explain', 'counts.esql', '--stream', 'copie'],
  'fmt-check': ['fmt', '--check', 'q.esql'],
  'diff-same': ['diff', 'q.esql', 'q.esql'],
  'diff-changed': ['diff', 'q.esql', 'changed.esql'],
  'run-not-a-plan': ['run', 'not-a-plan.json'],
  'run-wrong': ['run', 'wrong.esql'],
  'run-bad-id': ['run', 'q.esql', '--query-id', '../../evil'],
  ddl: ['ddl', '--sink', 'results', 'database.esql'],
  'ddl-postgres': ['ddl', '--sink', 'results', 'postgres.esql'],
  'ddl-no-database': ['ddl', '--sink', 'results', 'counts.esql'],
  'ddl-unknown-sink': ['ddl', '--sink', 'result', 'database.esql'],
  'ddl-no-sink': ['ddl', 'database.esql'],
  'help-ddl': ['help', 'ddl'],
  'help-bench': ['help', 'bench'],
  'bench-nothing': ['bench', 'sockets'],
  'bench-no-brokers': ['bench', 'kafka'],
  'checkpoint-none': ['checkpoint', 'ls', 'nowhere'],
  'checkpoint-unknown': ['checkpoint', 'rm', '.esql'],
};

test.each(Object.entries(SINGLE))('%s', async (name, words) => {
  const result = await session.run(words);
  await expect(transcript(session, words, result)).toMatchFileSnapshot(join(SNAPSHOTS, `${name}.txt`));
});

const SEQUENCES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'compile-and-run-the-plan': [
    ['compile', 'counts.esql', '-o', 'counts.plan.json'],
    ['explain', 'counts.plan.json', 'DELIVERY'],
    ['run', 'counts.plan.json', '--checkpoint-dir', 'checkpoints'],
    ['run', 'counts.plan.json', '--checkpoint-dir', 'checkpoints'],
    ['diff', 'counts.plan.json', 'counts.esql'],
  ],
  'run-and-look-at-checkpoints': [
    ['run', 'q.esql'],
    ['checkpoint', 'ls', '.esql'],
    ['checkpoint', 'show', '.esql'],
    ['checkpoint', 'verify', '.esql'],
    ['checkpoint', 'show', '.esql', '--batch', '77'],
  ],
  format: [
    ['fmt', 'q.esql'],
    ['fmt', '--check', 'q.esql'],
    ['check', 'q.esql'],
  ],
};

describe('one after the other', () => {
  test.each(Object.entries(SEQUENCES))('%s', async (name, commands) => {
    const texts: string[] = [];
    for (const words of commands) texts.push(transcript(session, words, await session.run(words)));
    await expect(texts.join('\n')).toMatchFileSnapshot(join(SNAPSHOTS, `${name}.txt`));
  });

  test('standard input is called by its name', async () => {
    expect(await session.run(['check', '-'], {}, QUERY)).toMatchObject({ out: '<stdin>: fine, 1 stream\n' });
    expect(await session.run(['check', '-'], {}, 'SELECT 1;')).toMatchObject({ out: '<stdin>: 1 error\n', code: 1 });
  });

  test('--quiet leaves notes to check, and keeps errors', async () => {
    expect((await session.run(['check', 'counts.esql'])).err).toContain('note ESQL4014');
    expect(await session.run(['run', 'counts.esql', '--quiet'])).toMatchObject({ code: 0, err: '' });
    expect((await session.run(['run', 'wrong.esql', '--quiet'])).err).toContain('error ESQL2002');
    const { out } = await session.run(['checkpoint', 'show', '.esql', '--query-id', 'counts']);
    expect(out).toMatch(/ in 1 object$/mu);
    expect(out).not.toMatch(/\b1 objects/u);
  });

  test('a refusal names the folder of the checkpoint that it is about', async () => {
    await session.run(['run', 'q.esql']);
    rmSync(session.path('out.db'));
    const { err, code } = await session.run(['run', 'q.esql']);
    expect(code).toBe(1);
    expect(err).toContain('error ESQL8102');
    expect(err).toMatch(/^ {2}\.esql\/q\/checkpoints\/\d+$/mu);
  });

  test('nothing but diagnostics on standard error with --json, one a line', async () => {
    const { code, err } = await session.run(['check', '--json', 'wrong.esql', 'missing.esql']);
    expect(code).toBe(1);
    const lines = err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly code: string });
    expect(lines.map((line) => line.code)).toContain('ESQL2002');
    expect(lines.map((line) => line.code)).toContain('ESQL7005');
  });
});
