/**
 * The credential of a checkpoint store in Azure. An address holds none, so it comes from the environment: the names
 * are those of Azure's own tools.
 */
import { Secret } from '../../plan/connectors/secret.js';
import type { References } from '../env.js';
import type { AzureCredential } from '../remote/azure.js';

/** `AZURE_STORAGE_KEY`, else `AZURE_STORAGE_SAS_TOKEN`, else Microsoft Entra. */
export function storeCredential(references: References): AzureCredential {
  const key = references.environment('AZURE_STORAGE_KEY');
  if (key !== undefined && key !== '') return { kind: 'key', key: new Secret('AZURE_STORAGE_KEY', key) };
  const token = references.environment('AZURE_STORAGE_SAS_TOKEN');
  if (token !== undefined && token !== '') return { kind: 'sas', token: new Secret('AZURE_STORAGE_SAS_TOKEN', token) };
  return { kind: 'entra', clientId: references.environment('AZURE_CLIENT_ID') ?? null };
}
