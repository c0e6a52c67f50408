/** The connectors of files on other machines: the file source and the file sink over a tree of the service. */
import type { OptionsOf } from '../../plan/connectors/index.js';
import type { AzureCredential } from '../remote/azure.js';
import { locateBlob, locateDatalake, locateHdfs, type Located } from '../remote/location.js';
import type { RemoteTree } from '../remote/remote-tree.js';
import type { SinkContext, SourceContext, TableContext } from './context.js';
import { FileSink } from './file/sink.js';
import { FileSource } from './file/source.js';
import { FileTable } from './file/table.js';
import { connectorError } from './messages.js';

type AzureService = 'datalake' | 'blob';
type AzureOptions = Pick<OptionsOf<'datalake'>, 'url' | 'endpoint' | 'account_key' | 'sas_token' | 'client_id'>;
type HdfsOptions = Pick<OptionsOf<'hdfs'>, 'url' | 'standby' | 'user'>;

/** Where the files are: the path within the service, and how to get there. */
interface Place {
  readonly path: string;
  readonly connect: () => Promise<RemoteTree>;
}

export function azureSource(
  context: SourceContext,
  options: OptionsOf<'datalake', 'source'>,
  service: AzureService,
): FileSource {
  const { path, connect } = azurePlace(context, options, service);
  return new FileSource({ ...context, workingDirectory: '/', excluded: [] }, { ...options, path }, connect);
}

export function azureSink(
  context: SinkContext,
  options: OptionsOf<'datalake', 'sink'>,
  service: AzureService,
): FileSink {
  const { path, connect } = azurePlace(context, options, service);
  return new FileSink({ ...context, workingDirectory: '/' }, { ...options, path }, connect);
}

export function azureTable(
  context: TableContext,
  options: OptionsOf<'datalake', 'table'>,
  service: AzureService,
): FileTable {
  const { path, connect } = azurePlace(context, options, service);
  return new FileTable({ ...context, workingDirectory: '/', excluded: [] }, { ...options, path }, connect);
}

export function hdfsTable(context: TableContext, options: OptionsOf<'hdfs', 'table'>): FileTable {
  const { path, connect } = hdfsPlace(context, options);
  return new FileTable({ ...context, workingDirectory: '/', excluded: [] }, { ...options, path }, connect);
}

export function hdfsSource(context: SourceContext, options: OptionsOf<'hdfs', 'source'>): FileSource {
  const { path, connect } = hdfsPlace(context, options);
  return new FileSource({ ...context, workingDirectory: '/', excluded: [] }, { ...options, path }, connect);
}

export function hdfsSink(context: SinkContext, options: OptionsOf<'hdfs', 'sink'>): FileSink {
  const { path, connect } = hdfsPlace(context, options);
  return new FileSink({ ...context, workingDirectory: '/' }, { ...options, path }, connect);
}

function azurePlace({ env }: Pick<SinkContext, 'env'>, options: AzureOptions, service: AzureService): Place {
  const { url } = options;
  const { path, ...address } = located(service === 'datalake' ? locateDatalake(url) : locateBlob(url), url);
  const endpoint = options.endpoint ?? address.endpoint;
  const credential = credentialOf(options);
  return { path, connect: () => env.remote[service]({ ...address, endpoint, credential }) };
}

function hdfsPlace({ env }: Pick<SinkContext, 'env'>, options: HdfsOptions): Place {
  const { namenode, path } = located(locateHdfs(options.url), options.url);
  const scheme = namenode.slice(0, namenode.indexOf('://'));
  const namenodes = [namenode, ...(options.standby ?? []).map((address) => `${scheme}://${address}`)];
  return { path, connect: () => env.remote.hdfs({ namenodes, user: options.user }) };
}

function credentialOf({ account_key, sas_token, client_id }: AzureOptions): AzureCredential {
  if (account_key !== null && sas_token !== null) {
    throw connectorError('ESQL8461', {}, { hint: 'Give `account_key` or `sas_token`.' });
  }
  if (account_key !== null) return { kind: 'key', key: account_key };
  if (sas_token !== null) return { kind: 'sas', token: sas_token };
  return { kind: 'entra', clientId: client_id };
}

function located<T>(found: Located<T>, url: string): T {
  if (found.ok) return found.value;
  // What may be a signature is not shown.
  const place = url.replace(/\?.*$/u, '?…');
  throw connectorError('ESQL8460', { why: found.why }, { place, hint: 'Correct the option `url`.' });
}
