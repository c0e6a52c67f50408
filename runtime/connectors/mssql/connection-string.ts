/** Connection strings as ADO.NET writes them: `Server=tcp:host,1433;Database=x;User ID=u;Password=p`. */
import type { ConnectionParts, ParsedConnection } from '../database/reach.js';

export interface MssqlConnectionParts extends ConnectionParts {
  readonly entra: boolean;
}

type ParsedMssql = ParsedConnection<MssqlConnectionParts>;

type Keyword = 'server' | 'database' | 'user' | 'password' | 'encrypt' | 'authentication' | 'trust' | 'none';

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map([
  ...['server', 'data source', 'address', 'addr', 'network address'].map((word) => [word, 'server'] as const),
  ...['database', 'initial catalog'].map((word) => [word, 'database'] as const),
  ...['user id', 'uid', 'user'].map((word) => [word, 'user'] as const),
  ...['password', 'pwd'].map((word) => [word, 'password'] as const),
  ['encrypt', 'encrypt'],
  ['authentication', 'authentication'],
  ['trustservercertificate', 'trust'],
  ['trust server certificate', 'trust'],
  // What has no meaning here: one connection, with a pool and times of our own.
  ...[
    'persist security info',
    'multipleactiveresultsets',
    'connection timeout',
    'connect timeout',
    'application name',
    'pooling',
    'min pool size',
    'max pool size',
    'connectretrycount',
    'connectretryinterval',
    'multisubnetfailover',
    'command timeout',
    'applicationintent',
    'workstation id',
    'packet size',
  ].map((word) => [word, 'none'] as const),
]);

const PAIR = /\s*([^=;]+?)\s*=\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^;]*?))\s*(?:;|$)/uy;
const YES = /^(?:true|yes|mandatory|strict)$/iu;
const NO = /^(?:false|no|optional)$/iu;

export function parseConnectionString(text: string): ParsedMssql {
  const values = new Map<Keyword, string>();
  PAIR.lastIndex = 0;
  const end = text.replace(/[\s;]+$/u, '').length;
  while (PAIR.lastIndex < end) {
    const found = PAIR.exec(text);
    if (found === null) return { ok: false, why: 'expected `keyword=value` pairs with `;` between them' };
    const [, word = '', double, single, plain] = found;
    const keyword = KEYWORDS.get(word.toLowerCase());
    if (keyword === undefined)
      return { ok: false, why: `it has the keyword \`${word.slice(0, 40)}\`, which is not known` };
    values.set(keyword, double?.replaceAll('""', '"') ?? single?.replaceAll("''", "'") ?? plain ?? '');
  }
  return partsOf(values);
}

function partsOf(values: ReadonlyMap<Keyword, string>): ParsedMssql {
  const text = (keyword: Keyword): string | null => {
    const value = values.get(keyword);
    return value === undefined || value === '' ? null : value;
  };
  if (YES.test(values.get('trust') ?? 'false')) {
    return { ok: false, why: '`TrustServerCertificate` would take the certificate of anybody' };
  }
  const encrypt = text('encrypt');
  if (encrypt !== null && !YES.test(encrypt) && !NO.test(encrypt))
    return { ok: false, why: '`Encrypt` is true or false' };
  const authentication = text('authentication');
  if (
    authentication !== null &&
    !/^(?:sql ?password|active ?directory ?(?:default|managed ?identity|msi))$/iu.test(authentication)
  ) {
    return {
      ok: false,
      why: '`Authentication` is Sql Password, Active Directory Default or Active Directory Managed Identity',
    };
  }
  const address = /^(?:tcp:)?([^,\\]+)(?:,\s*(\d{1,5}))?$/iu.exec(text('server') ?? '');
  if (values.has('server') && address === null) return { ok: false, why: '`Server` is `host` or `host,port`' };
  return {
    ok: true,
    parts: {
      server: address?.[1] ?? null,
      port: address?.[2] === undefined ? null : Number(address[2]),
      database: text('database'),
      user: text('user'),
      password: text('password'),
      entra: authentication !== null && /^active/iu.test(authentication),
      encrypt: encrypt === null ? null : YES.test(encrypt),
    },
  };
}
