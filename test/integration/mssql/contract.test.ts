/** The contract of sinks: `mssql` against the double of SQL Server and, where ESQL_TEST_MSSQL is set, a real one. */
import { afterAll, beforeAll, describe } from 'vitest';
import { sinkContract } from '../../contract/sink-contract.js';
import { doubleOptions, mssqlSubject, optionsOf, realConnection } from '../../support/mssql/sink-subject.js';
import { startTds, type TdsServer } from '../../support/tds/server.js';

describe('double of SQL Server', () => {
  let server: TdsServer;
  beforeAll(async () => {
    server = await startTds();
  });
  afterAll(async () => {
    await server.close();
  });
  for (const conflict of ['update', 'ignore'] as const)
    sinkContract(mssqlSubject(conflict, () => doubleOptions(server)));
});

const connection = realConnection();
describe.skipIf(connection === undefined)(
  'real SQL Server (skipped unless ESQL_TEST_MSSQL holds a connection string)',
  () => {
    for (const conflict of ['update', 'ignore'] as const) {
      sinkContract(mssqlSubject(conflict, () => optionsOf({ connection: connection ?? null })));
    }
  },
);
