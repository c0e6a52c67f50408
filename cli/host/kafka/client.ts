/** A kafkajs client: brokers, TLS, logins. Nothing that it logs reaches the terminal. */
import { Kafka, logLevel, type ISocketFactory, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { redactSecrets, type Secret } from '../../../plan/connectors/secret.js';
import {
  KafkaError,
  kafkaCodeError,
  type KafkaOptions,
  type KafkaSasl,
  type KafkaTokens,
} from '../../../runtime/remote/kafka.js';
import { frameSocket } from './frames.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** Inside one call; what lasts longer is for the caller, who knows how long to be patient. */
const RETRIES = 2;
const RETRY_FIRST_MS = 50;

/** `sockets`: null = kafkajs' own. */
export function createClient(options: KafkaOptions, sockets: ISocketFactory | null = frameSocket): Kafka {
  const { brokers, clientId, requestTimeout_ms, tls, sasl } = options;
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    authenticationTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: requestTimeout_ms,
    retry: { retries: RETRIES, initialRetryTime: RETRY_FIRST_MS, maxRetryTime: 1000 },
    logLevel: logLevel.NOTHING,
    logCreator: () => () => undefined,
    ...(sockets === null ? {} : { socketFactory: sockets }),
    ...(tls === null ? {} : { ssl: tlsOptions(tls) }),
    ...(sasl === null ? {} : { sasl: saslOptions(sasl) }),
  };
  return new Kafka(config);
}

function tlsOptions({
  authority,
  certificate,
  key,
}: NonNullable<KafkaOptions['tls']>): NonNullable<KafkaConfig['ssl']> {
  return {
    ...(authority === null ? {} : { ca: [authority] }),
    ...(certificate === null ? {} : { cert: certificate }),
    ...(key === null ? {} : { key: key.reveal() }),
  };
}

function saslOptions(sasl: KafkaSasl): SASLOptions {
  switch (sasl.mechanism) {
    case 'plain':
    case 'scram-sha-256':
    case 'scram-sha-512': {
      const { mechanism, username } = sasl;
      return { mechanism, username, password: sasl.password.reveal() };
    }
    case 'oauthbearer': {
      const { tokens } = sasl;
      return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await bearerToken(tokens) }) };
    }
  }
}

async function bearerToken(tokens: KafkaTokens): Promise<string> {
  switch (tokens.kind) {
    case 'entra': {
      const { entraToken } = await import('../azure/credential.js');
      return entraToken(tokens.clientId, tokens.scope);
    }
    case 'client_credentials':
      return clientCredentialsToken(tokens);
  }
}

/** RFC 6749 §4.4. */
async function clientCredentialsToken(tokens: KafkaTokens & { kind: 'client_credentials' }): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (tokens.scope !== null) form.set('scope', tokens.scope);
  const login = Buffer.from(
    `${encodeURIComponent(tokens.clientId)}:${encodeURIComponent(tokens.clientSecret.reveal())}`,
  ).toString('base64');
  const answer = await fetch(tokens.url, {
    method: 'POST',
    headers: { authorization: `Basic ${login}`, accept: 'application/json' },
    body: form,
    signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS),
  });
  const body: unknown = answer.ok ? await answer.json() : null;
  if (typeof body === 'object' && body !== null && 'access_token' in body && typeof body.access_token === 'string')
    return body.access_token;
  throw new KafkaError('login', `the token service answered ${String(answer.status)} without a token`);
}

/** The secrets among the options: for redaction. */
export function secretsOf({ tls, sasl }: KafkaOptions): readonly Secret[] {
  const secrets: Secret[] = [];
  if (tls?.key) secrets.push(tls.key);
  if (sasl === null) return secrets;
  if (sasl.mechanism !== 'oauthbearer') secrets.push(sasl.password);
  else if (sasl.tokens.kind === 'client_credentials') secrets.push(sasl.tokens.clientSecret);
  return secrets;
}

interface ClientError {
  readonly name: string;
  readonly message: string;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
}

/** Names of kafkajs' errors that say: no connection, or no answer. */
const UNREACHABLE = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSLockTimeout',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTimeout',
]);
/** OpenSSL's and Node's codes for a certificate that is not trusted. */
const CERTIFICATE = /CERT|SIGNED|ERR_TLS|ERR_SSL|UNABLE_TO_VERIFY/u;
const SAID_LENGTH_MAX = 200;

/** What an error of kafkajs means; errors that are not its own pass unchanged. */
export function clientError(error: unknown, what: string, secrets: readonly Secret[]): unknown {
  if (error instanceof KafkaError || !(error instanceof Error)) return error;
  const found = innermost(error);
  const { name, code } = found;
  if (!name.startsWith('KafkaJS')) {
    const network = typeof code === 'string' && /^E[A-Z]+$/u.test(code);
    return network ? new KafkaError('unreachable', `${what}: ${code}`, { cause: error }) : error;
  }
  const said = `${what}: ${redactSecrets(found.message, secrets).slice(0, SAID_LENGTH_MAX)}`;
  if (name === 'KafkaJSSASLAuthenticationError') return new KafkaError('login', said, { cause: error });
  if (typeof code === 'string' && CERTIFICATE.test(code)) return new KafkaError('login', said, { cause: error });
  if (typeof code === 'number') return new KafkaError(kafkaCodeError(code, what).failure, said, { cause: error });
  return new KafkaError(UNREACHABLE.has(name) ? 'unreachable' : 'refused', said, { cause: error });
}

/** kafkajs wraps what happened in the error that it gave up. */
function innermost(error: ClientError): ClientError {
  let found = error;
  for (let depth = 0; depth < 5 && found.cause instanceof Error && found.cause.name.startsWith('KafkaJS'); depth += 1)
    found = found.cause;
  return found;
}
