/**
 * The runtime half of every connector, by name. The table is typed over the descriptors (plan/connectors): a connector
 * without its halves does not compile. Each is loaded when a plan uses it.
 */
import type { ConnectorName, ConnectorNameOf, OptionsOf } from '../../plan/connectors/index.js';
import type { Sink, Source, TableReader } from './connector.js';
import type { SinkContext, SourceContext, TableContext } from './context.js';

interface SourceHalf<N extends ConnectorName> {
  createSource(context: SourceContext, options: OptionsOf<N, 'source'>): Source | Promise<Source>;
}

interface SinkHalf<N extends ConnectorName> {
  createSink(context: SinkContext, options: OptionsOf<N, 'sink'>): Sink | Promise<Sink>;
}

interface TableHalf<N extends ConnectorName> {
  createTable(context: TableContext, options: OptionsOf<N, 'table'>): TableReader | Promise<TableReader>;
}

/** The halves of the roles that the descriptor has. */
export type ConnectorRuntime<N extends ConnectorName> = (N extends ConnectorNameOf<'source'>
  ? SourceHalf<N>
  : unknown) &
  (N extends ConnectorNameOf<'sink'> ? SinkHalf<N> : unknown) &
  (N extends ConnectorNameOf<'table'> ? TableHalf<N> : unknown);

export type ConnectorRuntimes = { readonly [N in ConnectorName]: () => Promise<ConnectorRuntime<N>> };

export const connectorRuntimes: ConnectorRuntimes = {
  file: async () => {
    const { localFiles } = await import('../storage/local-tree.js');
    return {
      // Each half on its own: both are large, and few jobs have both.
      createSource: async (context, options) => {
        const { FileSource } = await import('./file/source.js');
        return new FileSource(context, options, localFiles(context.env));
      },
      createSink: async (context, options) => {
        const { FileSink } = await import('./file/sink.js');
        return new FileSink(context, options, localFiles(context.env));
      },
      createTable: async (context, options) => {
        const { FileTable } = await import('./file/table.js');
        return new FileTable(context, options, localFiles(context.env));
      },
    };
  },
  generate: async () => {
    const { GenerateSource } = await import('./generate/source.js');
    return { createSource: (context, options) => new GenerateSource(context, options) };
  },
  socket: async () => {
    const { SocketSource } = await import('./socket/source.js');
    return { createSource: (context, options) => new SocketSource(context, options) };
  },
  kafka: async () => {
    const [{ kafkaSource }, { kafkaSink }] = await Promise.all([
      import('./kafka/open.js'),
      import('./kafka/open-sink.js'),
    ]);
    return { createSource: kafkaSource, createSink: kafkaSink };
  },
  eventhubs: async () => {
    const [{ eventHubsSource }, { eventHubsSink }] = await Promise.all([
      import('./kafka/open.js'),
      import('./kafka/open-sink.js'),
    ]);
    return { createSource: eventHubsSource, createSink: eventHubsSink };
  },
  datalake: async () => {
    const { azureSource, azureSink, azureTable } = await import('./remote-files.js');
    return {
      createSource: (context, options) => azureSource(context, options, 'datalake'),
      createSink: (context, options) => azureSink(context, options, 'datalake'),
      createTable: (context, options) => azureTable(context, options, 'datalake'),
    };
  },
  blob: async () => {
    const { azureSource, azureSink, azureTable } = await import('./remote-files.js');
    return {
      createSource: (context, options) => azureSource(context, options, 'blob'),
      createSink: (context, options) => azureSink(context, options, 'blob'),
      createTable: (context, options) => azureTable(context, options, 'blob'),
    };
  },
  hdfs: async () => {
    const { hdfsSource, hdfsSink, hdfsTable } = await import('./remote-files.js');
    return { createSource: hdfsSource, createSink: hdfsSink, createTable: hdfsTable };
  },
  sqlite: async () => {
    const { SqliteSink } = await import('./sqlite/sink.js');
    return {
      createSink: (context, options) => new SqliteSink(context, options),
      createTable: async (context, options) => {
        const { SqliteTable } = await import('./sqlite/reference-table.js');
        return new SqliteTable(context, options);
      },
    };
  },
  mssql: async () => {
    const { MssqlSink } = await import('./mssql/sink.js');
    return {
      createSink: (context, options) => new MssqlSink(context, options),
      createTable: async (context, options) => {
        const { MssqlTable } = await import('./mssql/reference-table.js');
        return new MssqlTable(context, options);
      },
    };
  },
  postgres: async () => {
    const { PostgresSink } = await import('./postgres/sink.js');
    return { createSink: (context, options) => new PostgresSink(context, options) };
  },
  console: async () => {
    const { ConsoleSink } = await import('./console/sink.js');
    return { createSink: (context, options) => new ConsoleSink(context, options) };
  },
  blackhole: async () => {
    const { BlackholeSink } = await import('./blackhole/sink.js');
    return { createSink: () => new BlackholeSink() };
  },
};

/**
 * Whether a sink's progress survives a restart. Where it doesn't, a started driver finds batch 0 and any batch is the
 * next one: there is nothing to compare with the history. Options may take it away: no atomic commit, no progress.
 */
export const keepsProgress: { readonly [N in ConnectorNameOf<'sink'>]: boolean } = {
  file: true,
  kafka: true,
  eventhubs: true,
  datalake: true,
  blob: true,
  hdfs: true,
  sqlite: true,
  mssql: true,
  postgres: true,
  console: false,
  blackhole: false,
};

/** Options as `resolveOptions` returned them for the connector's descriptor and role. */
export async function createSource<N extends ConnectorNameOf<'source'>>(
  name: N,
  context: SourceContext,
  options: OptionsOf<N, 'source'>,
): Promise<Source> {
  // A key of the table and its member's options belong together; TypeScript does not correlate them through a generic.
  const runtime = (await connectorRuntimes[name]()) as unknown as SourceHalf<N>;
  return runtime.createSource(context, options);
}

export async function createSink<N extends ConnectorNameOf<'sink'>>(
  name: N,
  context: SinkContext,
  options: OptionsOf<N, 'sink'>,
): Promise<Sink> {
  // As above.
  const runtime = (await connectorRuntimes[name]()) as unknown as SinkHalf<N>;
  return runtime.createSink(context, options);
}

export async function createTable<N extends ConnectorNameOf<'table'>>(
  name: N,
  context: TableContext,
  options: OptionsOf<N, 'table'>,
): Promise<TableReader> {
  // As above.
  const runtime = (await connectorRuntimes[name]()) as unknown as TableHalf<N>;
  return runtime.createTable(context, options);
}
