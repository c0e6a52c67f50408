/** The recorded exchanges, and what a case needs besides its steps: what its note says, what the recorder left out. */
import { createHmac } from 'node:crypto';
import type { Behaviour } from '../../support/datalake/behaviour.js';
import type { HostKind } from '../../support/datalake/errors.js';
import { exchange } from '../../support/datalake/exchange.js';
import type { DatalakeDouble } from '../../support/datalake/server.js';

export interface RecordedRequest {
  readonly host: HostKind;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bodyLength: number | null;
}

type Members = Readonly<Record<string, string>>;

export interface RecordedResponse {
  readonly status: number;
  readonly errorCode?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly headersPresent?: readonly string[];
  readonly headersAbsent?: readonly string[];
  readonly bodyFormat?: 'none' | 'json-error' | 'xml-error' | 'xml-error-bom' | 'json-paths';
  readonly bodyBytes?: number;
  readonly bodyDetail?: Readonly<Record<string, string>>;
  readonly bodyPaths?: {
    readonly names: readonly string[];
    readonly members: Members | Readonly<Record<string, Members>>;
  };
}

export interface RecordedCase {
  readonly id: string;
  readonly source: { readonly 'x-ms-version': string };
  readonly note?: string;
  readonly steps: readonly { readonly request: RecordedRequest; readonly response: RecordedResponse }[];
}

/** `2019-02-02 (dfs), 2019-07-07 (blob)` or one for both. */
export function versionOf(recorded: RecordedCase, host: HostKind): string {
  const text = recorded.source['x-ms-version'];
  return new RegExp(`(\\S+) \\(${host}\\)`, 'u').exec(text)?.[1] ?? text;
}

/** Names and ids of one run; ETags, dates and tokens come in as they are seen. */
export type Variables = Map<string, string>;

export interface StepChange {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Seconds that pass before the step. */
  readonly wait_s?: number;
  readonly token?: string;
}

export interface CaseSetup {
  readonly behaviour?: Partial<Behaviour>;
  readonly hasNoFilesystem?: boolean;
  readonly prepare?: (lake: DatalakeDouble, variables: Variables) => Promise<void>;
  /** By number of the step, from 0. */
  readonly steps?: Readonly<Record<number, StepChange>>;
}

/** A file at the variable's path; binds `etag:<bound>` to its ETag. */
function file(name: string, bound?: string, content = '') {
  return async (lake: DatalakeDouble, variables: Variables): Promise<void> => {
    const path = `/${variables.get('filesystem') ?? ''}/${variables.get(name) ?? ''}`;
    const created = await exchange(lake, { host: 'dfs', method: 'PUT', path, query: { resource: 'file' } });
    if (bound !== undefined) variables.set(`etag:${bound}`, created.headers['etag'] ?? '');
    if (content === '') return;
    const body = Buffer.from(content);
    const flush = { action: 'flush', position: String(body.length) };
    await exchange(lake, { host: 'dfs', method: 'PATCH', path, query: { action: 'append', position: '0' }, body });
    await exchange(lake, { host: 'dfs', method: 'PATCH', path, query: flush });
  };
}

function blob(bound?: string) {
  return async (lake: DatalakeDouble, variables: Variables): Promise<void> => {
    const path = `/${variables.get('filesystem') ?? ''}/${variables.get('path') ?? ''}`;
    const headers = { 'x-ms-blob-type': 'BlockBlob' };
    const created = await exchange(lake, { host: 'blob', method: 'PUT', path, headers });
    if (bound !== undefined) variables.set(`etag:${bound}`, created.headers['etag'] ?? '');
  };
}

async function directory(lake: DatalakeDouble, variables: Variables): Promise<void> {
  const [filesystem, dir, subdir] = ['filesystem', 'dir', 'subdir'].map((name) => variables.get(name) ?? '');
  const path = `/${filesystem ?? ''}/${dir ?? ''}/${subdir ?? ''}`;
  await exchange(lake, { host: 'dfs', method: 'PUT', path, query: { resource: 'directory' } });
}

/** The signature of a container for the version of the recording, written down from the REST documentation. */
async function containerSignature(lake: DatalakeDouble, variables: Variables): Promise<void> {
  const expiry = new Date(lake.clock.now_ms() + 3_600_000).toISOString().replace(/\.\d+Z/u, 'Z');
  const resource = `/blob/${lake.account.name}/${variables.get('filesystem') ?? ''}`;
  const lines = ['racwdl', '', expiry, resource, '', '', 'https,http', '2021-06-08', 'c', '', '', '', '', '', '', ''];
  const key = Buffer.from(lake.account.key, 'base64');
  variables.set('expiry', expiry);
  variables.set('signature', createHmac('sha256', key).update(lines.join('\n')).digest('base64'));
  await Promise.resolve();
}

const FLAT = { hierarchicalNamespace: false } as const;
const IF_NONE_MATCH_ANY = { headers: { 'If-None-Match': '*' } } as const;
const OTHER_LEASE = '0dd1c0de-0000-4000-8000-000000000001';

export const SETUPS: Readonly<Record<string, CaseSetup>> = {
  'create-missing-filesystem': { hasNoFilesystem: true },
  'list-missing-filesystem': { hasNoFilesystem: true },
  'list-directory-of-missing-filesystem': { hasNoFilesystem: true },
  'create-overwrite-false-existing-java': { steps: { 3: IF_NONE_MATCH_ANY } },
  'flush-overwrite-false-second-time-java': { steps: { 5: IF_NONE_MATCH_ANY } },
  'append-wrong-lease-id-java': {
    steps: {
      2: { headers: { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '-1' } },
      3: { headers: { 'x-ms-lease-id': OTHER_LEASE }, body: 'default' },
    },
  },
  'append-missing-path': { steps: { 3: { body: 'default' }, 2: { body: 'default' } } },
  'append-content-md5-and-crc64': { steps: { 2: { body: 'r' }, 3: { body: 'r' }, 7: { body: 'r' } } },
  'rename-onto-leased-dest-with-its-lease-id': { prepare: file('source', 'source') },
  'rename-leased-source-with-source-lease-id': { prepare: file('source', 'file') },
  'rename-directory-to-other-filesystem': { prepare: directory },
  'rename-file-sas-on-both-sides': { prepare: containerSignature },
  'js-move': { prepare: file('path') },
  'js-move-reserved-characters-and-back': { prepare: file('path') },
  'js-move-slash-encoded-in-destination': { prepare: file('path') },
  'read-ranges-with-checksums': { prepare: file('path', undefined, 'Hello World') },
  'read-range-of-empty-blob': { behaviour: FLAT, prepare: blob() },
  'read-empty-file-and-soft-delete': { behaviour: { softDelete: true } },
  'list-files-two-pages': {
    prepare: async (lake, variables) => {
      await file('path')(lake, variables);
      await file('path2')(lake, variables);
    },
    steps: { 0: { query: { maxResults: '1', recursive: 'true' } } },
  },
  'delete-non-empty-directory': { behaviour: { softDelete: true } },
  'lease-acquire-twice': { behaviour: FLAT, prepare: blob('file') },
  'lease-break-period-then-lease-lost': {
    behaviour: FLAT,
    prepare: blob('file'),
    steps: { 2: { body: 'hello 2' }, 3: { body: 'hello 3', wait_s: 5 } },
  },
  'lease-change-then-renew': { behaviour: FLAT, prepare: blob('file') },
  'auth-bearer-wrong-audience': {
    steps: { 0: { query: { restype: 'container', comp: 'list' }, token: 'https://vault.azure.net' } },
  },
  'auth-head-bad-authorization': { steps: { 2: { token: 'https://vault.azure.net' } } },
  'account-info-flat': { behaviour: { ...FLAT, skuName: 'Standard_GRS' } },
};
