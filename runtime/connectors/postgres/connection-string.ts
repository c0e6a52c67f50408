/** Connection strings as libpq reads them: `postgresql://user:password@host:port/database?…`, or `host=… dbname=…`. */
import type { ConnectionParts, ParsedConnection } from '../database/reach.js';

const KNOWN: ReadonlySet<string> = new Set(['host', 'port', 'dbname', 'user', 'password', 'sslmode']);
/** What has no meaning here: one connection, with times and names of our own. */
const WITHOUT_MEANING: ReadonlySet<string> = new Set([
  'application_name',
  'channel_binding',
  'client_encoding',
  'connect_timeout',
  'fallback_application_name',
  'gssencmode',
  'keepalives',
  'keepalives_count',
  'keepalives_idle',
  'keepalives_interval',
  'target_session_attrs',
]);

/** Certificate and name are always verified, also where libpq would do without. */
const ENCRYPTED: ReadonlySet<string> = new Set(['require', 'verify-ca', 'verify-full']);

class Unreadable extends Error {}

export function parseConnectionString(text: string): ParsedConnection {
  try {
    const pairs = /^postgres(?:ql)?:\/\//u.test(text) ? uriPairs(text) : keywordPairs(text);
    return { ok: true, parts: partsOf(pairs) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { ok: false, why: error.message };
  }
}

type Pairs = readonly (readonly [keyword: string, value: string])[];

function uriPairs(text: string): Pairs {
  if (!URL.canParse(text)) throw new Unreadable('it is no address, or one of several servers');
  const url = new URL(text);
  const decoded = (value: string): string => {
    try {
      return decodeURIComponent(value);
    } catch {
      throw new Unreadable('it has a `%` that begins no character');
    }
  };
  // Addresses of IPv6 stand in brackets there, and nowhere else.
  const host = decoded(url.hostname).replace(/^\[(.*)\]$/u, '$1');
  return [
    ['host', host],
    ['port', url.port],
    ['dbname', decoded(url.pathname.slice(1))],
    ['user', decoded(url.username)],
    ['password', decoded(url.password)],
    ...url.searchParams,
  ];
}

const PAIR = /\s*([^=\s]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?:\s+|$)/suy;

function keywordPairs(text: string): Pairs {
  const pairs: [string, string][] = [];
  PAIR.lastIndex = 0;
  const end = text.trimEnd().length;
  while (PAIR.lastIndex < end) {
    const found = PAIR.exec(text);
    if (found === null) {
      throw new Unreadable('expected `postgresql://…`, or `keyword=value` pairs with blanks between them');
    }
    const [, keyword = '', quoted, plain = ''] = found;
    pairs.push([keyword, (quoted ?? plain).replace(/\\(.)/gsu, '$1')]);
  }
  return pairs;
}

function partsOf(pairs: Pairs): ConnectionParts {
  const values = new Map<string, string>();
  for (const [keyword, value] of pairs) {
    if (WITHOUT_MEANING.has(keyword) || value === '') continue;
    if (!KNOWN.has(keyword)) {
      throw new Unreadable(
        `it has the keyword \`${keyword.slice(0, 40)}\`, which is not known or an option of its own`,
      );
    }
    values.set(keyword, value);
  }
  const text = (keyword: string): string | null => values.get(keyword) ?? null;
  const port = text('port');
  if (port !== null && !/^\d{1,5}$/u.test(port)) throw new Unreadable('`port` is one number');
  if (text('host')?.includes(',') === true) throw new Unreadable('`host` is one server');
  const mode = text('sslmode');
  if (mode !== null && mode !== 'disable' && !ENCRYPTED.has(mode)) {
    throw new Unreadable('`sslmode` is disable, require, verify-ca or verify-full: the others may go without TLS');
  }
  return {
    server: text('host'),
    port: port === null ? null : Number(port),
    database: text('dbname'),
    user: text('user'),
    password: text('password'),
    encrypt: mode === null ? null : mode !== 'disable',
  };
}
