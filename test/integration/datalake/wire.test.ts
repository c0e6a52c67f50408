/**
 * The double against exchanges recorded with real accounts: every status, error code and named header. The recordings
 * lie beside the project, not in it; their format: `datalake-wire.md` there.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Answer, exchange } from '../../support/datalake/exchange.js';
import { type DatalakeDouble, startDatalake } from '../../support/datalake/server.js';
import { ROOT } from '../../support/repository.js';
import {
  type RecordedCase,
  type RecordedRequest,
  type RecordedResponse,
  SETUPS,
  type StepChange,
  type Variables,
  versionOf,
} from './wire-cases.js';

const RECORDINGS = join(ROOT, '../shared/reference/datalake-wire.json');
const DAY_MS = 86_400_000;

function variablesOf(recorded: RecordedCase): Variables {
  const run = randomUUID().slice(0, 8);
  const names = ['filesystem', 'filesystem2', 'directory', 'path', 'path2', 'dir', 'subdir', 'source'];
  const variables: Variables = new Map(names.map((name) => [name, `${name}-${run}`]));
  const isWithoutDashes = recorded.id.startsWith('append-acquires-lease');
  for (const name of ['lease', 'lease2', 'uuid']) {
    variables.set(name, isWithoutDashes ? randomUUID().replace(/-/gu, '') : randomUUID());
  }
  return variables;
}

/** A template of a request with its variables in place. */
function fill(template: string, variables: Variables): string {
  return template.replace(/\{([^}]+)\}/gu, (_, name: string) => {
    if (name === 'now+1d') return new Date(Date.now() + DAY_MS).toUTCString();
    if (name === 'now-1d') return new Date(Date.now() - DAY_MS).toUTCString();
    const [, base, minutes] = /^(last-modified:\w+)-(\d+)min$/u.exec(name) ?? [];
    const value = variables.get(base ?? name.replace('etag-unquoted:', 'etag:'));
    if (value === undefined) throw new Error(`nothing has bound {${name}}`);
    if (base !== undefined) return new Date(Date.parse(value) - Number(minutes) * 60_000).toUTCString();
    return name.startsWith('etag-unquoted:') ? value.replace(/"/gu, '') : value;
  });
}

/** What a template of a response expects, given what was seen: the first occurrence of a variable binds it. */
function expected(template: string, actual: string, variables: Variables): string {
  const whole = /^\{([^}]+)\}$/u.exec(template)?.[1];
  if (whole !== undefined && !variables.has(whole)) variables.set(whole, actual);
  if (template.includes('{tenant}'))
    return template.replace('{tenant}', /microsoftonline\.com\/([^/]+)/u.exec(actual)?.[1] ?? '');
  return fill(template, variables);
}

const withoutSpaces = (name: string, value: string): string =>
  name === 'Content-Type' ? value.replace(/ /gu, '') : value;

function checkHeaders(response: RecordedResponse, actual: Answer, variables: Variables): void {
  const header = (name: string): string => actual.headers[name.toLowerCase()] ?? `(no ${name})`;
  const wanted = Object.entries(response.headers);
  const seen = wanted.map(([name]) => `${name}: ${withoutSpaces(name, header(name))}`);
  expect(seen).toEqual(
    wanted.map(([name, value]) => `${name}: ${withoutSpaces(name, expected(value, header(name), variables))}`),
  );
  const missing = response.headersPresent?.filter((name) => actual.headers[name.toLowerCase()] === undefined);
  expect(missing ?? [], 'headers that are missing').toEqual([]);
  const surplus = response.headersAbsent?.filter((name) => actual.headers[name.toLowerCase()] !== undefined);
  expect(surplus ?? [], 'headers that should not be there').toEqual([]);
  const etag = /^\{etag:(\w+)\}$/u.exec(response.headers['ETag'] ?? '')?.[1];
  if (etag !== undefined) variables.set(`last-modified:${etag}`, header('Last-Modified'));
}

function checkError(response: RecordedResponse, body: string): void {
  const code = response.errorCode ?? '';
  const message = /\nRequestId:[0-9a-f-]{36}\nTime:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z/u;
  if (response.bodyFormat === 'json-error') {
    const { error } = JSON.parse(body) as { error: { code: string; message: string; detail?: unknown } };
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.detail).toEqual(response.bodyDetail);
    return;
  }
  expect(body.startsWith('\ufeff<?xml')).toBe(true);
  expect(body).toContain(`<Error><Code>${code}</Code><Message>`);
  expect(body).toMatch(message);
  const element = response.bodyDetail?.['element'];
  if (element !== undefined) expect(body).toContain(`<${element}>`);
}

type Member = Readonly<Record<string, unknown>>;

function checkPaths(response: RecordedResponse, body: string, variables: Variables): void {
  const { names = [], members = {} } = response.bodyPaths ?? {};
  const { paths } = JSON.parse(body) as { paths: readonly Member[] };
  expect(body.endsWith('\n')).toBe(true);
  expect(paths.map(({ name }) => name)).toEqual(names.map((name) => fill(name, variables)));
  for (const path of paths) {
    const kind = path['isDirectory'] === undefined ? 'file' : 'directory';
    const shape = (members as Readonly<Record<string, unknown>>)[kind] ?? members;
    expect(Object.keys(path).sort()).toEqual(Object.keys(shape).sort());
    for (const [name, rule] of Object.entries(shape as Readonly<Record<string, string>>)) {
      const value = String(path[name]);
      expect(typeof path[name]).toBe('string');
      if (rule === '0x-prefixed, no quotes') expect(value).toMatch(/^0x[0-9A-F]+$/u);
      else if (rule === 'RFC 1123') expect(new Date(value).toUTCString()).toBe(value);
      else if (rule.startsWith('decimal string')) expect(value).toMatch(/^\d{18}$/u);
      else if (rule !== 'string') expect(value).toBe(rule.replace(/"/gu, ''));
    }
  }
}

function check(response: RecordedResponse, actual: Answer, variables: Variables): void {
  const body = actual.body.toString('utf8');
  expect(`${String(actual.status)} ${actual.headers['x-ms-error-code'] ?? ''}`, body).toBe(
    `${String(response.status)} ${response.errorCode ?? (actual.status >= 300 ? (actual.headers['x-ms-error-code'] ?? '') : '')}`,
  );
  checkHeaders(response, actual, variables);
  if (response.bodyFormat === 'none') expect(body).toBe('');
  else if (response.bodyFormat === 'json-paths') checkPaths(response, body, variables);
  else if (response.bodyFormat !== undefined) checkError(response, body);
  if (response.bodyBytes !== undefined) expect(actual.body.length).toBe(response.bodyBytes);
}

async function ask(
  lake: DatalakeDouble,
  recorded: RecordedCase,
  request: RecordedRequest,
  variables: Variables,
  change: StepChange,
): Promise<Answer> {
  const query = { ...request.query, ...change.query };
  const headers = { ...request.headers, ...change.headers };
  const filled = (values: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fill(value, variables)]));
  const { sig, ...plain } = filled(query);
  const source = headers['x-ms-rename-source'];
  if (source !== undefined) {
    // Inside the header the signature is encoded as it would be in a query.
    const encoded = new Map(variables).set('signature', encodeURIComponent(variables.get('signature') ?? ''));
    headers['x-ms-rename-source'] = fill(source, encoded);
  }
  const token = change.token === undefined ? undefined : lake.service.issuer.issue(lake.clock.now_ms(), change.token);
  return exchange(lake, {
    host: request.host,
    method: request.method,
    path: fill(request.path, variables),
    query: sig === undefined ? plain : { ...plain, sig },
    headers: { ...filled(headers), ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) },
    body: Buffer.from(change.body ?? 'r'.repeat(request.bodyLength ?? 0)),
    version: versionOf(recorded, request.host),
    isAnonymous: sig !== undefined,
  });
}

async function replay(recorded: RecordedCase): Promise<number> {
  const setup = SETUPS[recorded.id] ?? {};
  const lake = await startDatalake({ behaviour: setup.behaviour ?? {} });
  try {
    const variables = variablesOf(recorded);
    const creates = recorded.steps.some(
      ({ request }) =>
        request.path === '/{filesystem}' && request.method === 'PUT' && request.query['restype'] === 'container',
    );
    if (!creates && setup.hasNoFilesystem !== true) {
      const path = `/${variables.get('filesystem') ?? ''}`;
      await exchange(lake, { host: 'blob', method: 'PUT', path, query: { restype: 'container' } });
    }
    await setup.prepare?.(lake, variables);
    let number = 0;
    for (const { request, response } of recorded.steps) {
      const change = setup.steps?.[number] ?? {};
      lake.clock.advance((change.wait_s ?? 0) * 1000);
      const actual = await ask(lake, recorded, request, variables, change);
      try {
        check(response, actual, variables);
      } catch (error) {
        if (error instanceof Error)
          error.message = `step ${String(number)} ${request.method} ${request.path}: ${error.message}`;
        throw error;
      }
      number++;
    }
    return number;
  } finally {
    await lake.close();
  }
}

if (existsSync(RECORDINGS)) {
  const cases = JSON.parse(readFileSync(RECORDINGS, 'utf8')) as readonly RecordedCase[];
  describe('the double answers as the service was recorded to', () => {
    it('has the recordings', () => {
      expect(cases.length).toBeGreaterThanOrEqual(84);
      expect(cases.reduce((sum, { steps }) => sum + steps.length, 0)).toBeGreaterThanOrEqual(422);
      const known = new Set(cases.map(({ id }) => id));
      expect(Object.keys(SETUPS).filter((id) => !known.has(id))).toEqual([]);
    });

    it.each(cases)('$id', async (recorded) => {
      expect(await replay(recorded)).toBe(recorded.steps.length);
    });
  });
} else {
  it.skip('recorded exchanges: not run, ../shared/reference/datalake-wire.json is not there', () => undefined);
}
