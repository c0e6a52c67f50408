/** What a cluster's refusals mean to whoever runs the job. */
import type { DiagnosticError } from '../../../grammar/diagnostics/diagnostic.js';
import { KafkaError } from '../../remote/kafka.js';
import { CodecError } from '../../compression/codec-error.js';
import { DECOMPRESSED_BYTES_MAX } from '../../compression/decompress.js';
import { kafkaError } from './messages.js';
import { BatchError } from './record-batch.js';

/** Errors that are not the cluster's pass unchanged. */
export function asDiagnostic(error: unknown, place: string): unknown {
  if (!(error instanceof KafkaError)) return error;
  const said = error.message;
  const cause = error;
  switch (error.failure) {
    case 'unreachable':
    case 'stale':
      return unreachable(error, place);
    case 'login':
      return kafkaError(
        'ESQL8602',
        { said },
        { place, cause, hint: 'Correct the options of the login (`security`, `sasl_…`, `ssl_…`) and their secrets.' },
      );
    case 'forbidden':
      return kafkaError(
        'ESQL8603',
        { said },
        { place, cause, hint: 'Allow this login to describe and read the topic.' },
      );
    case 'unsupported':
      return kafkaError(
        'ESQL8612',
        { what: said },
        { place, cause, hint: 'Use a broker that speaks the protocol of Kafka 1.0 or newer.' },
      );
    case 'refused':
      return kafkaError(
        'ESQL8613',
        { said },
        { place, cause, hint: "The broker's log says why; its error codes are those of the Kafka protocol." },
      );
  }
}

export function unreachable(error: KafkaError, place: string): DiagnosticError {
  return kafkaError(
    'ESQL8601',
    { said: error.message },
    { place, cause: error, hint: 'Check `brokers` and the network, then start the job again.' },
  );
}

/** `offset` says where, if the error itself does not. */
export function batchDiagnostic(error: unknown, partition: number, offset: number, place: string): unknown {
  if (error instanceof CodecError) {
    const cause = error;
    if (error.problem === 'too_large') {
      const limit = `${String(DECOMPRESSED_BYTES_MAX / 1024 / 1024)} MiB`;
      return kafkaError(
        'ESQL8611',
        { partition, offset, limit },
        { place, cause, hint: 'Have the producer write smaller batches, or start behind this offset.' },
      );
    }
    return damaged(partition, offset, error.message, place, cause);
  }
  if (!(error instanceof BatchError)) return error;
  if (error.problem === 'damaged') return damaged(partition, error.offset, error.message, place, error);
  return kafkaError(
    'ESQL8612',
    { what: error.message },
    { place, cause: error, hint: 'Have the topic written in the format of Kafka 0.11 or newer.' },
  );
}

function damaged(partition: number, offset: number, why: string, place: string, cause: unknown): DiagnosticError {
  return kafkaError(
    'ESQL8610',
    { partition, offset, why },
    { place, cause, hint: 'Start the job again; if it stays, restore the partition from a replica.' },
  );
}
