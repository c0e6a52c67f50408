/** What the option `missing_columns` of a source says. */
import { optionTexts } from '../connectors/options.js';
import type { OptionValues } from '../plan.js';
import { formats } from './index.js';

/** Whether a nullable column that a file or schema lacks is NULL; else it is an error. */
export function missingIsNull(format: 'avro' | 'parquet', options: OptionValues): boolean {
  const { missing_columns } = optionTexts(options);
  return (missing_columns ?? formats[format].options.missing_columns.fallback) === 'null';
}
