/** From our credential to the SDK's. Both storage packages take the same classes; identity is loaded only for Entra. */
import type { TokenCredential } from '@azure/identity';
import type { AzureStorageOptions } from '../../../runtime/remote/azure.js';

export interface Login<Key> {
  readonly credential: Key | TokenCredential | undefined;
  /** Query string of the address, with `?`; empty without a signature. */
  readonly query: string;
}

export async function login<Key>(
  options: AzureStorageOptions,
  sharedKey: (account: string, key: string) => Key,
): Promise<Login<Key>> {
  const { credential, account } = options;
  switch (credential.kind) {
    case 'key':
      return { credential: sharedKey(account, credential.key.reveal()), query: '' };
    case 'sas': {
      const token = credential.token.reveal();
      return { credential: undefined, query: token.startsWith('?') ? token : `?${token}` };
    }
    case 'entra': {
      const { DefaultAzureCredential } = await import('@azure/identity');
      const chain =
        credential.clientId === null
          ? new DefaultAzureCredential()
          : new DefaultAzureCredential({ managedIdentityClientId: credential.clientId });
      return { credential: chain, query: '' };
    }
  }
}

/** Small objects on the critical path: the SDK's own first delay of 4 s is far too long for them (A4). */
export const RETRIES = { maxTries: 5, retryDelayInMs: 200, maxRetryDelayInMs: 8000, tryTimeoutInMs: 60_000 } as const;

/** A token of Microsoft Entra for services that take it themselves (Event Hubs through Kafka's protocol). */
export async function entraToken(clientId: string | null, scope: string): Promise<string> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  const chain =
    clientId === null
      ? new DefaultAzureCredential()
      : new DefaultAzureCredential({ managedIdentityClientId: clientId });
  return (await chain.getToken(scope)).token;
}
