/** Which connections go by whole files, and not record by record. */
import { formatNamed } from '../formats/index.js';
import type { FormatSpec } from '../plan.js';
import type { ConnectorRole } from './descriptor.js';
import { connectorNamed } from './index.js';

/** Whether the format reads or writes whole files there: always, or because the connector has files. */
export function takesWholeFiles(
  { connector, format }: { readonly connector: string; readonly format: FormatSpec | null },
  role: ConnectorRole,
): boolean {
  const unit = format === null ? undefined : formatNamed(format.name)?.unit;
  if (unit === 'file') return true;
  return unit === 'file_or_message' && connectorNamed(connector)?.[role]?.files === true;
}
