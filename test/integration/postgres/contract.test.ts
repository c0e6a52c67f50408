/** The contract of sinks: `postgres` against a real server, of the tests or the one of ESQL_TEST_POSTGRES. */
import { afterAll, beforeAll, describe } from 'vitest';
import { sinkContract } from '../../contract/sink-contract.js';
import { existingConnection, optionsOf, postgresSubject, serverOptions } from '../../support/postgres/sink-subject.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../../support/servers/postgres.js';

const connection = existingConnection();
const missing = connection === undefined ? postgresMissing : null;

describe.skipIf(missing !== null)(`PostgreSQL${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  let server: PostgresServer | null = null;
  beforeAll(async () => {
    if (connection === undefined) server = await startPostgres();
  });
  afterAll(async () => {
    await server?.close();
  });
  const reach = () => (server === null ? optionsOf({ connection: connection ?? null }) : serverOptions(server));
  for (const conflict of ['update', 'ignore'] as const) sinkContract(postgresSubject(conflict, reach));
});
