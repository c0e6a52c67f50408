/**
 * Addresses of files on other machines. The path is taken as it stands: nothing in it is decoded, and `*`, `?` and `[`
 * are wildcards where a pattern is allowed. A signature in an address is refused, because addresses are shown.
 */

export interface AzureLocation {
  readonly account: string;
  readonly container: string;
  /** Null in the public cloud. */
  readonly endpoint: string | null;
  /** Absolute within the container. */
  readonly path: string;
}

export interface HdfsLocation {
  /** `http://host:port` */
  readonly namenode: string;
  readonly path: string;
}

export type Located<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

const ACCOUNT = /^[a-z0-9]{3,24}$/u;
const CONTAINER = /^(?:[a-z0-9](?:-?[a-z0-9]){2,62}|\$root|\$web)$/u;
const BLOB_HOST = /^([a-z0-9]{3,24})\.blob\.([a-z0-9.-]+)$/u;
const LAKE_HOST = /^([a-z0-9]{3,24})\.dfs\.([a-z0-9.-]+)$/u;
const PUBLIC_CLOUD = 'core.windows.net';
const SIGNATURE = /[?&](?:sig|sv|se|sp)=/u;

const SHAPES = {
  datalake: '`abfss://container@account.dfs.core.windows.net/path`',
  blob: '`https://account.blob.core.windows.net/container/path`',
  hdfs: "`hdfs://namenode:9870/path`, with the port of the namenode's web address",
} as const;

export function locateDatalake(url: string): Located<AzureLocation> {
  const parts = split(url, ['abfss', 'abfs']);
  if (!parts.ok) return parts.because(SHAPES.datalake);
  const { user, host, path } = parts;
  const [, account, cloud] = LAKE_HOST.exec(host) ?? [];
  if (account === undefined || cloud === undefined || !CONTAINER.test(user)) return expected(SHAPES.datalake);
  const endpoint = cloud === PUBLIC_CLOUD ? null : `https://${host}`;
  return { ok: true, value: { account, container: user, endpoint, path } };
}

/** Also `http://host:port/account/container/path`, as emulators have it. */
export function locateBlob(url: string): Located<AzureLocation> {
  const parts = split(url, ['https', 'http']);
  if (!parts.ok) return parts.because(SHAPES.blob);
  const { scheme, user, host, path } = parts;
  if (user !== '') return expected(SHAPES.blob);
  const segments = path.split('/').slice(1);
  const [, account, cloud] = BLOB_HOST.exec(host) ?? [];
  if (account !== undefined && cloud !== undefined) {
    const [container = ''] = segments;
    if (!CONTAINER.test(container) || scheme !== 'https') return expected(SHAPES.blob);
    const endpoint = cloud === PUBLIC_CLOUD ? null : `https://${host}`;
    return { ok: true, value: { account, container, endpoint, path: `/${segments.slice(1).join('/')}` } };
  }
  const [first = '', container = ''] = segments;
  if (!ACCOUNT.test(first) || !CONTAINER.test(container)) return expected(SHAPES.blob);
  const endpoint = `${scheme}://${host}/${first}`;
  return { ok: true, value: { account: first, container, endpoint, path: `/${segments.slice(2).join('/')}` } };
}

export function locateHdfs(url: string): Located<HdfsLocation> {
  const parts = split(url, ['hdfs', 'webhdfs', 'swebhdfs']);
  if (!parts.ok) return parts.because(SHAPES.hdfs);
  const { scheme, user, host, path } = parts;
  if (!/:\d{1,5}$/u.test(host) || user !== '') return expected(SHAPES.hdfs);
  return { ok: true, value: { namenode: `${scheme === 'swebhdfs' ? 'https' : 'http'}://${host}`, path } };
}

type Split =
  | { readonly ok: true; readonly scheme: string; readonly user: string; readonly host: string; readonly path: string }
  | { readonly ok: false; readonly because: (shape: string) => Located<never> };

function split(url: string, schemes: readonly string[]): Split {
  if (SIGNATURE.test(url)) {
    const why = 'an address holds no signature: give it as `sas_token`, or AZURE_STORAGE_SAS_TOKEN for a store';
    return { ok: false, because: () => ({ ok: false, why }) };
  }
  const match = /^([A-Za-z]+):\/\/(?:([^/@]*)@)?([^/@?#]+)(\/.*)?$/u.exec(url);
  const scheme = match?.[1]?.toLowerCase() ?? '';
  if (match === null || !schemes.includes(scheme) || url.includes('\0')) return { ok: false, because: expected };
  return { ok: true, scheme, user: match[2] ?? '', host: (match[3] ?? '').toLowerCase(), path: match[4] ?? '/' };
}

function expected(shape: string): Located<never> {
  return { ok: false, why: `expected ${shape}` };
}
