/** What a broker's refusal to write means to whoever runs the job. */
import { KafkaProducerError } from '../../remote/kafka-producer.js';
import { asDiagnostic } from './failures.js';
import { kafkaSinkError } from './sink-messages.js';

/** Errors that are not the cluster's pass unchanged. */
export function writeFailure(error: unknown, place: string): unknown {
  if (!(error instanceof KafkaProducerError)) return asDiagnostic(error, place);
  const cause = error;
  switch (error.refusal) {
    case 'too_large':
      return kafkaSinkError(
        'ESQL8622',
        { said: error.message },
        { place, cause, hint: 'Raise max.message.bytes of the topic and message.max.bytes of the brokers.' },
      );
    case 'compacted':
      return kafkaSinkError(
        'ESQL8626',
        {},
        { place, cause, hint: 'Give the sink a KEY, or write to a topic that is not compacted.' },
      );
    case 'fenced':
      return asDiagnostic(error, place);
  }
}
