/** How to reach an Azure storage account. */
import type { Secret } from '../../plan/connectors/secret.js';

export type AzureCredential =
  | { readonly kind: 'key'; readonly key: Secret }
  /** The query string of a shared access signature, with or without `?`. */
  | { readonly kind: 'sas'; readonly token: Secret }
  /** Microsoft Entra: the default chain (environment, workload and managed identity, command line login). */
  | { readonly kind: 'entra'; readonly clientId: string | null };

export interface AzureStorageOptions {
  readonly account: string;
  readonly container: string;
  /**
   * Base address instead of `https://<account>.<dfs|blob>.core.windows.net`: another cloud, a private endpoint, an
   * emulator (`http://127.0.0.1:10000/devstoreaccount1`). Null = the public cloud.
   */
  readonly endpoint: string | null;
  readonly credential: AzureCredential;
}
