/** The double through Microsoft's own driver for Java. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ROOT } from '../../support/repository.js';
import { findJdbcDriver, HOW_TO_GET_JDBC } from '../../support/tds/clients/mssql-jdbc.js';
import { DEFAULT_USER, startTds } from '../../support/tds/server.js';

const driver = findJdbcDriver();
if (driver === null) console.warn(`mssql-jdbc not run: ${HOW_TO_GET_JDBC}`);

const folder = mkdtempSync(join(tmpdir(), 'esql-jdbc-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function exchange(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = ['-cp', driver ?? '', '-Dfile.encoding=UTF-8', join(ROOT, 'test/support/tds/clients/Exchange.java')];
    const child = spawn('java', args, { env: { ...process.env, ESQL_JDBC_URL: url, JAVA_TOOL_OPTIONS: '' } });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', () => {
      resolve(output);
    });
  });
}

it.runIf(driver !== null).each(['true', 'false', 'strict'])('mssql-jdbc with encrypt=%s', async (encrypt) => {
  const server = await startTds();
  const trust =
    encrypt === 'strict'
      ? `serverCertificate=${certificateFile(server.certificate.certificate)}`
      : 'trustServerCertificate=true';
  const url =
    `jdbc:sqlserver://localhost:${server.port};databaseName=streams;user=${DEFAULT_USER.name};` +
    `password=${DEFAULT_USER.password};encrypt=${encrypt};${trust};loginTimeout=20`;
  try {
    const lines = (await exchange(url))
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('Picked up'));
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('jdbc-exchange.txt');
  } finally {
    await server.close();
  }
});

function certificateFile(pem: string): string {
  const path = join(folder, 'server.pem');
  writeFileSync(path, pem);
  return path;
}
