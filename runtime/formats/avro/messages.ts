/** ESQL8640–8649: what can go wrong with Avro's files and schemas. No message holds data of a row. */
import { errorsFrom, message } from '../../../grammar/diagnostics/diagnostic.js';

export const AVRO_MESSAGES = {
  ESQL8640: message<{ why: string }>('error', 'Not a readable Avro file', (p) => p.why),
  ESQL8641: message<{ column: string; expected: string; found: string }>(
    'error',
    'Column of another type in an Avro file',
    (p) => `column \`${p.column}\`: expected what fits ${p.expected}, found ${p.found}`,
  ),
  ESQL8642: message<{ column: string }>(
    'error',
    'Column missing in an Avro file',
    (p) => `the file's schema has no field \`${p.column}\``,
  ),
  ESQL8643: message('error', 'Avro is not compressed again', () => 'files of FORMAT AVRO compress their own blocks'),
};

export const avroError = errorsFrom(AVRO_MESSAGES);
