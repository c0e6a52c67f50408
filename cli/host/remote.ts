/** Services on other machines. Each SDK is loaded when a plan first uses it. */
import type { RemoteServices } from '../../runtime/remote/services.js';

export const nodeRemote: RemoteServices = {
  datalake: async (options) => (await import('./azure/datalake.js')).connectDatalake(options),
  blob: async (options) => (await import('./azure/blob.js')).connectBlob(options),
  hdfs: async (options) => (await import('./hdfs/webhdfs.js')).connectHdfs(options),
  kafka: async (options) => (await import('./kafka/cluster.js')).connectKafka(options),
  kafkaProducer: async (options, producer) =>
    (await import('./kafka/producer.js')).connectKafkaProducer(options, producer),
  mssql: async (options) => (await import('./mssql/database.js')).connectMssql(options),
  postgres: async (options) => (await import('./postgres/database.js')).connectPostgres(options),
  http: async (request) => (await import('./http.js')).sendHttp(request),
};
