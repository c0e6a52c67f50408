/** Azurite, Microsoft's own emulator of Blob storage, as a process that lives as long as a test file. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { Secret } from '../../../plan/connectors/secret.js';
import type { AzureStorageOptions } from '../../../runtime/remote/azure.js';

/** The well-known account of the emulator. */
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface Azurite {
  /** A new, empty container. */
  container(): Promise<AzureStorageOptions>;
  close(): Promise<void>;
}

export async function startAzurite(): Promise<Azurite> {
  const main = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js');
  const folder = mkdtempSync(join(tmpdir(), 'esql-azurite-'));
  const flags = ['--blobPort', '0', '--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry'];
  const server = spawn(process.execPath, [main, ...flags], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const address = await new Promise<string>((resolve, reject) => {
    let output = '';
    const look = (bytes: Buffer): void => {
      output += bytes.toString();
      const found = /listens on (http:\/\/[^\s]+)/u.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    server.stdout.on('data', look);
    server.stderr.on('data', look);
    server.once('exit', (code) => {
      reject(new Error(`Azurite ended with ${String(code)}: ${output}`));
    });
  });
  const endpoint = `${address.replace('0.0.0.0', '127.0.0.1')}/${ACCOUNT}`;
  let containers = 0;
  return {
    async container() {
      containers += 1;
      const container = `test-${String(containers)}`;
      const credential = new StorageSharedKeyCredential(ACCOUNT, KEY);
      await new ContainerClient(`${endpoint}/${container}`, credential).create();
      return { account: ACCOUNT, container, endpoint, credential: { kind: 'key', key: new Secret('KEY', KEY) } };
    },
    async close() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.removeAllListeners('exit');
      server.once('exit', () => undefined);
      server.kill('SIGKILL');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 2000))]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
