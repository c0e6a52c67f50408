/** The Kafka endpoint of an Event Hubs namespace: one address, TLS, a connection string or Microsoft Entra as login. */
import type { OptionsOf } from '../../../plan/connectors/index.js';
import type { Secret } from '../../../plan/connectors/secret.js';
import type { KafkaOptions } from '../../remote/kafka.js';
import { badOption } from './settings.js';

type LoginOptions = Pick<OptionsOf<'eventhubs'>, 'namespace' | 'connection_string' | 'client_id'>;

const PORT = 9093;
const CLOUD = '.servicebus.windows.net';
/** The service closes requests that are younger. */
const REQUEST_TIMEOUT_MS = 60_000;
/** The name under which a connection string is the password. */
const CONNECTION_STRING_USER = '$ConnectionString';
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*$/u;

/** Throws a diagnostic where the namespace is none, or differs from that of the connection string. */
export function eventHubsConnection(options: LoginOptions, clientId: string): KafkaOptions {
  const { namespace, connection_string: connection } = options;
  const named = namespace === null ? null : hostOf(namespace);
  const stated = connection === null ? null : connectionHost(connection);
  if (named !== null && stated !== null && named.toLowerCase() !== stated.toLowerCase())
    throw badOption('namespace', 'the namespace of the connection string', named);
  const host = stated ?? named;
  if (host === null) throw badOption('namespace', 'the name of a namespace', 'none');
  return {
    brokers: [`${host}:${String(PORT)}`],
    clientId,
    tls: { authority: null, certificate: null, key: null },
    sasl:
      connection === null
        ? {
            mechanism: 'oauthbearer',
            tokens: { kind: 'entra', scope: `https://${host}/.default`, clientId: options.client_id },
          }
        : { mechanism: 'plain', username: CONNECTION_STRING_USER, password: connection },
    requestTimeout_ms: REQUEST_TIMEOUT_MS,
  };
}

function hostOf(namespace: string): string {
  if (!HOST.test(namespace)) throw badOption('namespace', "a name such as 'shop'", namespace);
  return namespace.includes('.') ? namespace : `${namespace}${CLOUD}`;
}

/** Of `Endpoint=sb://…/`; nothing of the string is shown. */
function connectionHost(connection: Secret): string {
  const host = /(?:^|;)\s*Endpoint\s*=\s*sb:\/\/([^/;:]+)/iu.exec(connection.reveal())?.[1];
  if (host !== undefined && HOST.test(host)) return host;
  throw badOption('connection_string', 'a connection string with `Endpoint=sb://…`', 'none');
}
