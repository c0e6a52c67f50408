/** The double through Hadoop's ABFS driver: nobody's SDK, and how Spark writes checkpoints. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startDatalake } from '../../support/datalake/server.js';
import { mavenJars } from '../../support/maven.js';
import { ROOT } from '../../support/repository.js';

const VERSION = '3.4.1';
const PROGRAM = join(ROOT, 'test/support/datalake/clients/HadoopClient.java');

const EXPECTED = [
  'hierarchical: true',
  'make directories: true',
  'write: 15',
  'rename: true',
  'renamed: v1|{"batch":7}|',
  'rename what is gone: false',
  'rename onto a file: false',
  'not replaced: 15',
  'create without overwrite: FileAlreadyExistsException',
  'append: 16',
  'seek: "',
  'large: 20971520 20971520',
  // Hadoop finds the source gone and its ETag at the destination: the ETag travels with a renamed file.
  'rename with a lost answer: true',
  'read when busy: 20971520',
  'list: .tmp offsets/',
  'missing: FileNotFoundException',
  'rename a directory: true',
  'moved: true false',
  'delete: true',
  'deleted: false',
  'wrong key: AccessDeniedException',
];

const jars = mavenJars('hadoop-azure', [
  `org.apache.hadoop:hadoop-azure:${VERSION}`,
  `org.apache.hadoop:hadoop-common:${VERSION}`,
  // Without it Maven takes an older one than the driver's own JSON reader needs.
  'com.fasterxml.jackson.core:jackson-core:2.12.7',
]);

async function run(classPath: string): Promise<readonly string[]> {
  const lake = await startDatalake();
  try {
    lake.faults.add({ when: { kind: 'rename', path: 'lost-answer' }, fault: { kind: 'lose-response' }, times: 1 });
    lake.faults.throttle(1, { kind: 'read', path: 'lost-answer' });
    const flags = ['-Dhttp.proxyHost=127.0.0.1', `-Dhttp.proxyPort=${String(lake.port)}`, '-Xmx256m'];
    const args = [...flags, '-cp', classPath, PROGRAM, lake.names.dfs, lake.account.key];
    const { stdout } = await promisify(execFile)('java', args, { timeout: 110_000 });
    expect(lake.faults.injected).toBe(2);
    expect(lake.counters.of('append').calls).toBeGreaterThan(0);
    return stdout.trimEnd().split('\n');
  } finally {
    await lake.close();
  }
}

if (jars.kind === 'found') {
  describe('Hadoop’s ABFS driver', () => {
    it('makes, writes, renames, lists and deletes', async () => {
      expect(await run(jars.classPath)).toEqual(EXPECTED);
    });
  });
} else {
  it.skip(`Hadoop's ABFS driver: not run; ${jars.reason}`, () => undefined);
}
