/** What the recordings leave open or do not reach: rules of the documentation, and the answers that can be chosen. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Behaviour } from '../../support/datalake/behaviour.js';
import { crc64 } from '../../support/datalake/crc64.js';
import { type Answer, exchange } from '../../support/datalake/exchange.js';
import { type DatalakeDouble, startDatalake } from '../../support/datalake/server.js';

type Headers = Readonly<Record<string, string>>;

let lake: DatalakeDouble | undefined;
afterEach(async () => {
  await lake?.close();
});

/** Calls on one filesystem, and what they answered, as `status code`. */
class Calls {
  readonly #lake: DatalakeDouble;

  constructor(double: DatalakeDouble) {
    this.#lake = double;
  }

  async dfs(method: string, path: string, query: Headers, headers: Headers = {}, body = ''): Promise<string> {
    const answer = await exchange(this.#lake, {
      host: 'dfs',
      method,
      path: `/lake/${path}`,
      query,
      headers,
      body: Buffer.from(body),
    });
    return this.#text(answer);
  }

  async blob(method: string, path: string, query: Headers = {}, headers: Headers = {}, body = ''): Promise<string> {
    const question = { host: 'blob', method, path: `/lake/${path}`, query, headers, body: Buffer.from(body) } as const;
    return this.#text(await exchange(this.#lake, question));
  }

  #text({ status, headers }: Answer): string {
    return `${String(status)} ${headers['x-ms-error-code'] ?? ''}`.trim();
  }

  file(path: string, headers: Headers = {}): Promise<string> {
    return this.dfs('PUT', path, { resource: 'file' }, headers);
  }

  directory(path: string): Promise<string> {
    return this.dfs('PUT', path, { resource: 'directory' });
  }

  append(path: string, position: number, body: string, headers: Headers = {}): Promise<string> {
    return this.dfs('PATCH', path, { action: 'append', position: String(position) }, headers, body);
  }

  flush(path: string, position: number, query: Headers = {}, headers: Headers = {}): Promise<string> {
    return this.dfs('PATCH', path, { action: 'flush', position: String(position), ...query }, headers);
  }

  rename(from: string, to: string, headers: Headers = {}): Promise<string> {
    return this.dfs('PUT', to, {}, { 'x-ms-rename-source': `/lake/${from}`, ...headers });
  }

  async content(path: string): Promise<string> {
    const answer = await exchange(this.#lake, { host: 'blob', method: 'GET', path: `/lake/${path}` });
    return answer.status === 200 ? answer.body.toString() : this.#text(answer);
  }

  async names(): Promise<readonly string[]> {
    const query = { resource: 'filesystem', recursive: 'true' };
    const { body } = await exchange(this.#lake, { host: 'dfs', method: 'GET', path: '/lake', query });
    return (JSON.parse(body.toString()) as { paths: readonly { name: string }[] }).paths.map(({ name }) => name);
  }
}

async function start(behaviour: Partial<Behaviour> = {}): Promise<Calls> {
  lake = await startDatalake({ behaviour });
  await exchange(lake, { host: 'blob', method: 'PUT', path: '/lake', query: { restype: 'container' } });
  return new Calls(lake);
}

describe('append and flush', () => {
  it('takes what is contiguous, whatever the order of the appends', async () => {
    const calls = await start();
    await calls.file('a');
    await calls.append('a', 3, 'def');
    await calls.append('a', 0, 'abc');
    expect(await calls.flush('a', 7)).toBe('400 InvalidFlushPosition');
    expect(await calls.flush('a', 3)).toBe('400 InvalidFlushPosition');
    expect(await calls.content('a')).toBe('');
    expect(await calls.flush('a', 6)).toBe('200');
    expect(await calls.content('a')).toBe('abcdef');
  });

  it('below the end keeps the rest if asked to, else refuses or drops it', async () => {
    let calls = await start();
    await calls.file('a');
    await calls.append('a', 0, 'abc');
    await calls.append('a', 3, 'def');
    expect(await calls.flush('a', 3, { retainUncommittedData: 'true' })).toBe('200');
    expect(await calls.content('a')).toBe('abc');
    expect(await calls.flush('a', 6)).toBe('200');
    expect(await calls.content('a')).toBe('abcdef');
    await lake?.close();
    calls = await start({ flushBelowEnd: 'drops-the-rest' });
    await calls.file('a');
    await calls.append('a', 0, 'abc');
    await calls.append('a', 3, 'def');
    expect(await calls.flush('a', 3)).toBe('200');
    expect(await calls.flush('a', 6)).toBe('400 InvalidFlushPosition');
  });

  it('of one position twice: the last or the first wins', async () => {
    for (const [overlappingAppends, content] of [
      ['last-wins', 'new'],
      ['first-wins', 'old'],
    ] as const) {
      const calls = await start({ overlappingAppends });
      await calls.file('a');
      await calls.append('a', 0, 'old');
      await calls.append('a', 0, 'new');
      await calls.flush('a', 3);
      expect(await calls.content('a')).toBe(content);
      await lake?.close();
    }
  });

  it('in one call is refused as a whole', async () => {
    const calls = await start();
    await calls.file('a');
    const query = { action: 'append', position: '5', flush: 'true' };
    expect(await calls.dfs('PATCH', 'a', query, {}, 'x')).toBe('400 InvalidFlushPosition');
    expect(await calls.append('a', 0, '01234')).toBe('202');
    expect(await calls.flush('a', 5)).toBe('200');
  });

  it('of a directory, or with a body in the flush, is refused', async () => {
    const calls = await start();
    await calls.directory('d');
    await calls.file('a');
    expect(await calls.append('d', 0, 'x')).toBe('409 ResourceTypeMismatch');
    expect(await calls.dfs('PATCH', 'a', { action: 'flush', position: '0' }, {}, 'x')).toBe(
      '400 ContentLengthMustBeZero',
    );
    expect(await calls.dfs('PATCH', 'a', { action: 'append' }, {}, 'x')).toBe('400 MissingRequiredQueryParameter');
    expect(await calls.flush('a', 0, { close: 'maybe' })).toBe('400 InvalidQueryParameterValue');
  });
});

describe('create and rename', () => {
  it('make parents, or do not', async () => {
    const calls = await start();
    expect(await calls.file('x/y/a')).toBe('201');
    expect(await calls.names()).toEqual(['x', 'x/y', 'x/y/a']);
    expect(await calls.rename('x/y/a', 'z/a')).toBe('404 RenameDestinationParentPathNotFound');
    expect(await calls.file('x/y/a/b')).toBe('409 PathConflict');
    expect(await calls.directory('x/y/a')).toBe('409 PathConflict');
    expect(await calls.directory('x')).toBe('201');
    expect(await calls.names()).toEqual(['x', 'x/y', 'x/y/a']);
  });

  it('move a directory with all that is in it in one step', async () => {
    const calls = await start();
    await calls.file('x/y/a');
    await calls.directory('empty');
    await calls.file('full/b');
    expect(await calls.rename('x', 'x/y/z')).toBe('409 InvalidRenameSourcePath');
    expect(await calls.rename('x', 'full')).toBe('409 PathAlreadyExists');
    expect(await calls.rename('x', 'full/b')).toBe('409 InvalidSourceOrDestinationResourceType');
    expect(await calls.rename('x', 'empty')).toBe('201');
    expect(await calls.names()).toEqual(['empty', 'empty/y', 'empty/y/a', 'full', 'full/b']);
  });

  it('can put a directory inside an empty one instead', async () => {
    const calls = await start({ renameOntoEmptyDirectory: 'moves-inside' });
    await calls.file('x/a');
    await calls.directory('empty');
    expect(await calls.rename('x', 'empty')).toBe('201');
    expect(await calls.names()).toEqual(['empty', 'empty/x', 'empty/x/a']);
  });

  it('refuse an existing destination with either code, and look at either side first', async () => {
    const absent = { 'If-None-Match': '*' };
    for (const renameOntoExisting of ['PathAlreadyExists', 'ConditionNotMet'] as const) {
      const calls = await start({ renameOntoExisting, renameLooksFirstAt: 'destination' });
      const refused = renameOntoExisting === 'PathAlreadyExists' ? '409 PathAlreadyExists' : '412 ConditionNotMet';
      await calls.file('a');
      await calls.file('b');
      expect(await calls.rename('a', 'b', absent)).toBe(refused);
      expect(await calls.rename('gone', 'b', absent)).toBe(refused);
      expect(await calls.names()).toEqual(['a', 'b']);
      await lake?.close();
    }
  });

  it('break the lease of what they replace, unless the id comes with them', async () => {
    const calls = await start();
    const id = '0dd1c0de-0000-4000-8000-000000000001';
    const other = '0dd1c0de-0000-4000-8000-000000000002';
    const leased = { 'x-ms-proposed-lease-id': id, 'x-ms-lease-duration': '15' };
    await calls.file('a', leased);
    expect(await calls.file('a', { 'x-ms-lease-id': other })).toBe('412 LeaseIdMismatch');
    expect(await calls.file('a')).toBe('201');
    expect(await calls.append('a', 0, 'x', { 'x-ms-lease-id': id })).toBe('412 LeaseNotPresent');
    await calls.file('b', leased);
    await calls.file('c', leased);
    expect(await calls.rename('b', 'd')).toBe('412 LeaseIdMissing');
    expect(await calls.rename('a', 'c')).toBe('201');
    expect(await calls.append('c', 0, 'x')).toBe('202');
    expect(await calls.dfs('DELETE', 'b', {})).toBe('412 LeaseIdMissing');
  });
});

describe('conditions', () => {
  it('that contradict each other are refused', async () => {
    const calls = await start();
    const headers = { 'If-Match': '*', 'If-None-Match': '*' };
    expect(await calls.file('a', headers)).toBe('400 MultipleConditionHeadersNotSupported');
    expect(await calls.file('a', { 'If-Match': '"0x1"' })).toBe('412 ConditionNotMet');
    expect(await calls.file('a', { 'If-Unmodified-Since': 'yesterday' })).toBe('400 InvalidHeaderValue');
    expect(await calls.names()).toEqual([]);
  });

  it('hold for ranges beyond the end and empty ranges', async () => {
    const calls = await start();
    await calls.file('a');
    await calls.append('a', 0, '0123456789');
    await calls.flush('a', 10);
    expect(await calls.blob('GET', 'a', {}, { 'x-ms-range': 'bytes=10-12' })).toBe('416 InvalidRange');
    expect(await calls.blob('GET', 'a', {}, { 'x-ms-range': 'bytes=9-12' })).toBe('206');
    expect(await calls.dfs('GET', 'a', {}, { Range: 'bytes=3-4' })).toBe('206');
  });
});

describe('deletes', () => {
  it('of large directories go page by page', async () => {
    const calls = await start({ deletePageEntries: 2 });
    for (const name of ['d/1', 'd/2', 'd/3']) await calls.file(name);
    const query = { recursive: 'true', paginated: 'true' };
    expect(await calls.dfs('DELETE', 'd', query)).toBe('202');
    expect(await calls.names()).toEqual(['d', 'd/1']);
    expect(await calls.dfs('DELETE', 'd', query)).toBe('200');
    expect(await calls.names()).toEqual([]);
    expect(await calls.dfs('DELETE', 'd', query)).toBe('404 PathNotFound');
  });
});

describe('an account without hierarchy', () => {
  it('has no directories of its own making and no access control', async () => {
    const calls = await start({ hierarchicalNamespace: false });
    expect(await calls.blob('PUT', 'x/y', {}, { 'x-ms-blob-type': 'BlockBlob' }, 'text')).toBe('201');
    expect(await calls.names()).toEqual(['x/y']);
    expect(await calls.dfs('HEAD', '', { action: 'getAccessControl' })).toBe('400 HierarchicalNamespaceNotEnabled');
  });
});

describe('requests', () => {
  it('that are no operation, or by nobody, are refused', async () => {
    const calls = await start();
    const double = lake!;
    expect(await calls.dfs('PUT', 'a', { resource: 'link' })).toBe('400 InvalidQueryParameterValue');
    expect(await calls.dfs('OPTIONS', 'a', {})).toBe('405 UnsupportedHttpVerb');
    expect(await calls.dfs('PUT', '%ff', { resource: 'file' })).toBe('400 InvalidUri');
    const nobody = await exchange(double, { host: 'dfs', method: 'HEAD', path: '/lake/a', isAnonymous: true });
    expect(nobody.status).toBe(401);
    const signed = { Authorization: `SharedKey ${double.account.name}:AAAA`, 'x-ms-date': new Date().toUTCString() };
    const refused = await exchange(double, { host: 'blob', method: 'GET', path: '/lake/a', headers: signed });
    expect(refused.headers['x-ms-error-code']).toBe('AuthenticationFailed');
    expect(refused.body.toString()).not.toContain(double.account.key);
  });
});

describe('crc64', () => {
  it('is the service’s', () => {
    // Recorded: x-ms-content-crc64 of one byte of a range, and of a whole blob.
    expect(crc64(Buffer.from('H'))).toBe('MlSW/U5mnKQ=');
    expect(crc64(Buffer.from('hello 2'))).toBe('e6fRwiqBVMY=');
    // The check value of CRC-64/NVME in the catalogue of CRC algorithms: AE8B14860A799888 of these nine bytes.
    const check = Buffer.from('ae8b14860a799888', 'hex').reverse().toString('base64');
    expect(crc64(Buffer.from('123456789'))).toBe(check);
  });
});
