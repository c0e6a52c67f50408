/** Java programs and libraries for tests, from Maven Central, fetched once into `node_modules/.cache`. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './repository.js';

const FETCH_TIMEOUT_MS = 300_000;

export type Jars =
  | { readonly kind: 'found'; readonly folder: string; readonly classPath: string }
  /** `reason`: one line that says how to get them. */
  | { readonly kind: 'missing'; readonly reason: string };

const runs = (command: string, flag: string): boolean => spawnSync(command, [flag], { timeout: 30_000 }).status === 0;

function pom(coordinates: readonly string[]): string {
  const dependencies = coordinates.map((coordinate) => {
    const [group = '', artifact = '', version = ''] = coordinate.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  return (
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>' +
    '<groupId>test</groupId><artifactId>test</artifactId><version>1</version>' +
    `<dependencies>${dependencies.join('')}</dependencies></project>\n`
  );
}

/** The jars of `group:artifact:version` with all they need at run time. */
export function mavenJars(name: string, coordinates: readonly string[]): Jars {
  const folder = join(ROOT, 'node_modules/.cache/esql-jars', name);
  const found: Jars = { kind: 'found', folder, classPath: join(folder, 'jars', '*') };
  if (!runs('java', '-version')) return { kind: 'missing', reason: 'no Java: install a JDK, 17 or newer' };
  const complete = join(folder, 'complete');
  if (existsSync(complete) && readFileSync(complete, 'utf8') === pom(coordinates)) return found;
  if (!runs('mvn', '-version')) return { kind: 'missing', reason: 'no Maven: install `mvn`, it fetches the jars once' };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pom.xml'), pom(coordinates));
  const goal = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=jars', '-DincludeScope=runtime'];
  const { status } = spawnSync('mvn', goal, { cwd: folder, timeout: FETCH_TIMEOUT_MS });
  if (status !== 0)
    return { kind: 'missing', reason: `Maven could not fetch ${coordinates.join(', ')}; a network is needed once` };
  writeFileSync(complete, pom(coordinates));
  return found;
}
