/** Microsoft's JDBC driver, from Maven's own store on this machine or through Maven. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const VERSION = '12.8.1.jre11';
const COORDINATES = `com.microsoft.sqlserver:mssql-jdbc:${VERSION}`;
const FETCH_TIMEOUT_MS = 90_000;

/** How to get what is missing, in one line. */
export const HOW_TO_GET_JDBC = `Java 11 or later and Maven bring it: mvn dependency:get -Dartifact=${COORDINATES}`;

/** Path of the driver, or null where there is no Java, or neither the driver nor a Maven that gets it. */
export function findJdbcDriver(): string | null {
  if (spawnSync('java', ['-version']).status !== 0) return null;
  const path = join(
    homedir(),
    '.m2/repository/com/microsoft/sqlserver/mssql-jdbc',
    VERSION,
    `mssql-jdbc-${VERSION}.jar`,
  );
  if (existsSync(path)) return path;
  const args = ['-q', '-B', 'dependency:get', `-Dartifact=${COORDINATES}`, '-Dtransitive=false'];
  spawnSync('mvn', args, { timeout: FETCH_TIMEOUT_MS });
  return existsSync(path) ? path : null;
}
