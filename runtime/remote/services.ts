/**
 * Services on other machines, each behind an interface of ours: the part of `Env` whose real implementations
 * (cli/host) load an SDK when a plan first uses it. Secrets arrive as `Secret` and leave in no message.
 */
import type { AzureStorageOptions } from './azure.js';
import type { HdfsOptions } from './hdfs.js';
import type { HttpAnswer, HttpRequest } from './http.js';
import type { KafkaCluster, KafkaOptions } from './kafka.js';
import type { KafkaProducer, KafkaProducerOptions } from './kafka-producer.js';
import type { MssqlDatabase, MssqlOptions } from './mssql.js';
import type { PostgresDatabase, PostgresOptions } from './postgres.js';
import type { RemoteTree } from './remote-tree.js';

export interface RemoteServices {
  /** Azure Data Lake Gen2 (the DFS endpoint); rejects an account without hierarchical namespace. */
  datalake(options: AzureStorageOptions): Promise<RemoteTree>;
  /** Azure Blob storage. */
  blob(options: AzureStorageOptions): Promise<RemoteTree>;
  /** HDFS over WebHDFS. */
  hdfs(options: HdfsOptions): Promise<RemoteTree>;
  /** Kafka, or what speaks its protocol. Connects at the first call. */
  kafka(options: KafkaOptions): Promise<KafkaCluster>;
  /** Writes to it. Connects at the first call. */
  kafkaProducer(options: KafkaOptions, producer: KafkaProducerOptions): Promise<KafkaProducer>;
  /** SQL Server or Azure SQL. Connects at the first call. */
  mssql(options: MssqlOptions): Promise<MssqlDatabase>;
  /** PostgreSQL. Connects at the first call. */
  postgres(options: PostgresOptions): Promise<PostgresDatabase>;
  /** One attempt; rejects with `HttpError` where no answer came, whatever its status. */
  http(request: HttpRequest): Promise<HttpAnswer>;
}
