/** Of tests that need no other machine. */
import type { RemoteServices } from '../../runtime/remote/services.js';

const none = (): Promise<never> => Promise.reject(new Error('no other machine here'));

export const noRemote: RemoteServices = {
  datalake: none,
  blob: none,
  hdfs: none,
  kafka: none,
  kafkaProducer: none,
  mssql: none,
  postgres: none,
  http: none,
};
