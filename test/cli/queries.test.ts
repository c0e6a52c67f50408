/** The shipped queries: every one compiles and is in canonical form, and runs to its end over its data. */
import Database from 'better-sqlite3';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtCli, runCli, startCli, type BuiltCli } from '../support/built-cli.js';
import { doubleOptions, queryDatabase } from '../support/mssql/sink-subject.js';
import { ROOT } from '../support/repository.js';
import { DEFAULT_USER, startTds } from '../support/tds/server.js';
import { duck } from '../support/parquet.js';
import { POSTGRES_ADMIN, postgresMissing, startPostgres } from '../support/servers/postgres.js';

const NAMES = readdirSync(join(ROOT, 'queries')).filter((name) => name.endsWith('.esql'));
/** What each leaves, as one row of a query over its database; or the files of a folder. */
const RESULTS: Readonly<Record<string, { readonly database: string; readonly sql: string; readonly row: unknown }>> = {
  'quickstart.esql': {
    database: 'quickstart/flights.db',
    sql: 'SELECT SUM(flights) AS flights FROM airport_days',
    row: { flights: 20_000 },
  },
  'late-departures.esql': {
    database: 'results/flights.db',
    sql: 'SELECT SUM(flights) > 19000 AND SUM(flights) < 20000 AS most FROM departures',
    row: { most: 1 },
  },
  'destinations.esql': {
    database: 'results/flights.db',
    sql: "SELECT destinations, farthest FROM destinations WHERE origin = 'ATL'",
    row: expect.objectContaining({ destinations: expect.any(Number) as number }),
  },
  'busiest-days.esql': {
    database: 'results/flights.db',
    sql: 'SELECT SUM(airports) > 100 AS many FROM airports_by_size',
    row: { many: 1 },
  },
  'airport-names.esql': {
    database: 'results/flights.db',
    sql: 'SELECT SUM(flights) AS flights, COUNT(*) > 40 AS many FROM delays_by_state',
    row: { flights: 20_000, many: 1 },
  },
  'weather.esql': {
    database: 'results/weather.db',
    sql: 'SELECT COUNT(*) AS months, SUM(days) AS days FROM months',
    row: { months: 48, days: 1461 },
  },
  'generated.esql': {
    database: 'results/orders.db',
    sql: 'SELECT COUNT(*) > 0 AS any FROM totals',
    row: { any: 1 },
  },
};

let cli: BuiltCli;
let folder: string;
beforeAll(async () => {
  cli = await builtCli();
  folder = mkdtempSync(join(tmpdir(), 'esql-queries-'));
  cpSync(join(ROOT, 'queries'), join(folder, 'queries'), { recursive: true });
});
afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('all compile and are in canonical form', async () => {
  const paths = NAMES.map((name) => `queries/${name}`);
  const checked = await runCli(cli, ['check', ...paths], { cwd: folder });
  expect(checked.code, checked.err).toBe(0);
  const formatted = await runCli(cli, ['fmt', '--check', ...paths], { cwd: folder });
  expect(formatted.code, formatted.err).toBe(0);
});

test('each is run by a test', () => {
  expect(
    [
      ...Object.keys(RESULTS),
      'flights-to-postgres.esql',
      'flights-to-sql-server.esql',
      'moving-average.esql',
      'lake.esql',
      'order-alerts.esql',
      'payments-protobuf.esql',
      'sensors.esql',
      'to-parquet.esql',
    ].sort(),
  ).toEqual(NAMES);
});

describe('run to the end', () => {
  test.each(Object.entries(RESULTS))('%s', async (name, { database, sql, row }) => {
    const { code, err } = await runCli(cli, ['run', `queries/${name}`, '--quiet'], { cwd: folder });
    expect(code, err).toBe(0);
    const opened = new Database(join(folder, database));
    expect(opened.prepare(sql).get()).toEqual(row);
    opened.close();
  });

  test('moving-average.esql', async () => {
    const { code, err } = await runCli(cli, ['run', 'queries/moving-average.esql', '--quiet'], { cwd: folder });
    expect(code, err).toBe(0);
    expect(existsSync(join(folder, 'results/moving_average/_committed'))).toBe(true);
  });
});

test('to-parquet.esql, whose files another engine reads', async () => {
  const { code, err } = await runCli(cli, ['run', 'queries/to-parquet.esql', '--quiet'], { cwd: folder });
  expect(code, err).toBe(0);
  const [written] = await duck(
    `SELECT COUNT(*)::INT AS flights, COUNT(DISTINCT origin)::INT AS origins, MIN(delay) AS least
     FROM '${join(folder, 'results/late')}/batch=*/*/*.parquet'`,
  );
  const [read] = await duck(
    `SELECT COUNT(*)::INT AS flights, COUNT(DISTINCT origin)::INT AS origins, MIN(delay)::INT AS least
     FROM read_json('${join(folder, 'queries/data/flights.jsonl')}') WHERE delay > 60`,
  );
  expect(written).toEqual(read);
});

test('flights-to-sql-server.esql, against a double of the server', async () => {
  const server = await startTds();
  try {
    const authority = join(folder, 'authority.pem');
    writeFileSync(authority, server.certificate.certificate);
    const { code, err } = await runCli(cli, ['run', 'queries/flights-to-sql-server.esql', '--quiet'], {
      cwd: folder,
      env: {
        REPORTS_PORT: String(server.port),
        REPORTS_DATABASE: server.database.settings.name,
        REPORTS_USER: DEFAULT_USER.name,
        ESQL_SECRET_REPORTS_PASSWORD: DEFAULT_USER.password,
        NODE_EXTRA_CA_CERTS: authority,
      },
    });
    expect(code, err).toBe(0);
    const table = { ...doubleOptions(server), table: 'dbo.routes' };
    expect(await queryDatabase(table, 'SELECT SUM(flights) FROM dbo.routes')).toEqual([['20000']]);
  } finally {
    await server.close();
  }
});

const noPostgres = postgresMissing === null ? '' : ` (skipped: ${postgresMissing})`;
test.skipIf(postgresMissing !== null)(`flights-to-postgres.esql, with a real server${noPostgres}`, async () => {
  const server = await startPostgres();
  try {
    const env = {
      REPORTS_SERVER: '127.0.0.1',
      REPORTS_PORT: String(server.port),
      REPORTS_DATABASE: POSTGRES_ADMIN.database,
      REPORTS_USER: POSTGRES_ADMIN.user,
      ESQL_SECRET_REPORTS_PASSWORD: POSTGRES_ADMIN.password,
    };
    const { code, err } = await runCli(cli, ['run', 'queries/flights-to-postgres.esql', '--quiet'], {
      cwd: folder,
      env,
    });
    expect(code, err).toBe(0);
    expect(await server.query('SELECT SUM(flights) FROM routes')).toEqual([['20000']]);
  } finally {
    await server.close();
  }
});

test('sensors.esql, with a sender that acknowledgements tell what is durable', async () => {
  const sender = await Sender.start(Array.from({ length: 300 }, (_, n) => reading(n)));
  const started = startCli(cli, ['run', 'queries/sensors.esql', '--quiet'], {
    cwd: folder,
    env: { SENSORS_PORT: String(sender.port) },
  });
  try {
    while (sender.acknowledged < 300) await setTimeout(20);
    await untilRows(300);
  } finally {
    started.process.kill('SIGTERM');
    await sender.close();
  }
  const { code, err } = await started.end;
  expect(code, err).toBe(0);
  expect(perSensor()).toEqual([
    { sensor: 'a', readings: 150 },
    { sensor: 'b', readings: 150 },
  ]);
});

function reading(n: number): string {
  const taken = new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString().replace('Z', '');
  const record = { sensor: n % 2 === 0 ? 'a' : 'b', taken, celsius: 20 + (n % 8) / 4 };
  return `hall-1 ${String(n + 1)} ${JSON.stringify(record)}\n`;
}

function perSensor(): readonly unknown[] {
  const database = new Database(join(folder, 'results/sensors.db'));
  const rows = database.prepare('SELECT sensor, SUM(readings) AS readings FROM minutes GROUP BY sensor').all();
  database.close();
  return rows;
}

async function untilRows(count: number): Promise<void> {
  for (;;) {
    const database = new Database(join(folder, 'results/sensors.db'));
    const row = database.prepare('SELECT SUM(readings) AS n FROM minutes').get() as { readonly n: number | null };
    database.close();
    if (row.n === count) return;
    await setTimeout(20);
  }
}

/** Sends every line twice, and hangs up once in between: repetitions must not count. */
class Sender {
  readonly #server: Server;
  readonly #lines: readonly string[];
  #connections = 0;
  readonly #open = new Set<Socket>();
  acknowledged = 0;

  private constructor(lines: readonly string[]) {
    this.#lines = lines;
    this.#server = createServer((socket) => {
      this.#serve(socket);
    });
  }

  static async start(lines: readonly string[]): Promise<Sender> {
    const sender = new Sender(lines);
    await new Promise<void>((resolve) => sender.#server.listen(0, '127.0.0.1', resolve));
    return sender;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#connections += 1;
    this.#open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#open.delete(socket));
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const numbers = [...text.matchAll(/ACK hall-1 (\d+)\n/gu)].map((match) => Number(match[1]));
      this.acknowledged = Math.max(this.acknowledged, ...numbers);
    });
    if (this.#connections === 1) socket.end(this.#lines.slice(0, 120).join(''));
    else socket.write([...this.#lines, ...this.#lines].join(''));
  }
}
