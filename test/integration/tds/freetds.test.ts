/** The double through FreeTDS, a client in C that shares no line with ours. `apt-get install freetds-bin` brings it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APPLY_SCHEMA } from '../../support/tds/apply-procedure.js';
import { DEFAULT_USER, startTds, type TdsServer } from '../../support/tds/server.js';

const isThere = ['tsql', 'bsqldb', 'freebcp'].every((name) => spawnSync(name, ['-v']).error === undefined);
if (!isThere) console.warn('FreeTDS not run: apt-get install freetds-bin brings tsql, bsqldb and freebcp');

let server: TdsServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'esql-freetds-'));
  server = await startTds();
  const hosts = [
    ['plain', '7.4', 'off'],
    ['login', '7.4', 'request'],
    ['tls', '7.4', 'require'],
    ['old', '7.1', 'off'],
  ] as const;
  const text = hosts.map(
    ([name, version, encryption]) =>
      `[${name}]\nhost = ${server.host}\nport = ${server.port}\ntds version = ${version}\nencryption = ${encryption}\nclient charset = UTF-8\n`,
  );
  writeFileSync(join(folder, 'freetds.conf'), text.join('\n'));
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function run(command: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, FREETDSCONF: join(folder, 'freetds.conf') } });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', () => {
      resolve(output);
    });
    child.stdin.end(input);
  });
}

/** Batches through tsql; its prompts are taken out. */
async function tsql(host: string, ...batches: readonly string[]): Promise<string> {
  const input = `${batches.map((batch) => `${batch}\ngo\n`).join('')}exit\n`;
  const output = await run(
    'tsql',
    ['-S', host, '-U', DEFAULT_USER.name, '-P', DEFAULT_USER.password, '-o', 'q'],
    input,
  );
  return output.replace(/^(?:\d+> )+/gmu, '');
}

describe.runIf(isThere)('FreeTDS', () => {
  it.each([
    ['plain', 'FALSE'],
    ['login', 'FALSE'],
    ['tls', 'TRUE'],
    ['old', 'FALSE'],
  ])('logs in as %s', async (host, encrypted) => {
    expect(await tsql(host, 'SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID')).toContain(
      encrypted,
    );
  });

  it('reads every type', async () => {
    const output = await tsql(
      'tls',
      `SELECT CAST(9007199254740993 AS bigint), CAST('-1234567890123456789.0123456789' AS decimal(38,10)), N'grüße',
       CAST(NULL AS int), CAST(0x00ff AS varbinary(4)), CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier),
       CAST(1 AS bit), CAST(-12.3456 AS money), CAST(0.5 AS float), LEN(REPLICATE(CAST(N'x' AS nvarchar(max)), 100000)),
       CONVERT(nvarchar(40), CAST('2026-11-24T01:02:03.1234567' AS datetime2(7)), 126)`,
    );
    expect(output.trim().split('\t')).toEqual([
      '9007199254740993',
      '-1234567890123456789.0123456789',
      'grüße',
      'NULL',
      '00ff',
      '6F9619FF-8B86-D011-B42D-00C04FC964FF',
      '1',
      '-12.3456',
      '0.5',
      '100000',
      '2026-11-24T01:02:03.1234567',
    ]);
  });

  it('runs the procedure of the sink, and sees its errors', async () => {
    expect(await tsql('plain', ...APPLY_SCHEMA)).not.toMatch(/severity/u);
    const call = (batch: number): string =>
      `DECLARE @r int; EXEC @r = stream.apply N'q', N's', 1, ${batch}, 0x01, N'[{"id":1,"amt":"1.25"}]'; SELECT @r AS result`;
    const output = await tsql('plain', call(1), call(1), call(5), 'SELECT id, amt FROM dbo.Target');
    expect(output).toMatch(/^0$/mu);
    expect(output).toMatch(/^1$/mu);
    expect(output).toMatch(/Msg 51003 \(severity 16, state 1\) from .* Line \d+:/u);
    expect(output).toContain('1\t1.2500000000');
  });

  it('goes on after an error', async () => {
    const output = await tsql('tls', 'SELECT * FROM dbo.nope', "SELECT CAST('x' AS int)", "PRINT 'still'", 'SELECT 42');
    expect(output).toMatch(/Msg 208/u);
    expect(output).toMatch(/Msg 245/u);
    expect(output).toContain('still');
    expect(output).toContain('42');
  });

  it('answers bsqldb', async () => {
    const args = ['-S', 'tls', '-U', DEFAULT_USER.name, '-P', DEFAULT_USER.password, '-q'];
    const output = await run('bsqldb', args, "SELECT 1 AS a, N'two' AS b, CAST(NULL AS int) AS c\ngo\n");
    expect(output).toMatch(/1\s+two\s+NULL/u);
  });

  it('copies rows in bulk', async () => {
    await tsql(
      'plain',
      'CREATE TABLE dbo.copied (id bigint NOT NULL PRIMARY KEY, name nvarchar(20) NULL, amount decimal(19,4) NULL)',
    );
    const rows = Array.from(
      { length: 500 },
      (_, id) => `${id + 9_007_199_254_740_993n.toString().length}\tname ${id}\t${id}.25`,
    );
    writeFileSync(join(folder, 'rows.txt'), `${rows.join('\n')}\n`);
    const args = [
      'streams.dbo.copied',
      'in',
      join(folder, 'rows.txt'),
      '-c',
      '-S',
      'plain',
      '-U',
      DEFAULT_USER.name,
      '-P',
      DEFAULT_USER.password,
      '-D',
      'streams',
    ];
    const output = await run('freebcp', args, '');
    expect(output).toContain('500 rows copied');
    expect(await tsql('plain', 'SELECT COUNT(*), SUM(amount), MAX(name) FROM dbo.copied')).toContain(
      '500\t124875.0000\tname 99',
    );
  });

  it('is refused with a wrong password', async () => {
    expect(await run('tsql', ['-S', 'plain', '-U', DEFAULT_USER.name, '-P', 'wrong'], 'exit\n')).toContain('Msg 18456');
  });
});
