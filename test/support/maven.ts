/** Java programs and libraries for tests, from Maven Central, fetched once into `node_modules/.cache`. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './repository.js';

const FETCH_TIMEOUT_MS = 300_000;
const LOCK_POLL_MS = 200;

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
  const isComplete = (): boolean => existsSync(complete) && readFileSync(complete, 'utf8') === pom(coordinates);
  if (isComplete()) return found;
  if (!runs('mvn', '-version')) return { kind: 'missing', reason: 'no Maven: install `mvn`, it fetches the jars once' };
  const unlock = lock(`${folder}.lock`);
  try {
    // Another test file may have fetched them meanwhile.
    if (isComplete()) return found;
    if (!fetchJars(folder, coordinates)) {
      return { kind: 'missing', reason: `Maven could not fetch ${coordinates.join(', ')}; a network is needed once` };
    }
    writeFileSync(complete, pom(coordinates));
    return found;
  } finally {
    unlock();
  }
}

function fetchJars(folder: string, coordinates: readonly string[]): boolean {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pom.xml'), pom(coordinates));
  const goal = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=jars', '-DincludeScope=runtime'];
  return spawnSync('mvn', goal, { cwd: folder, timeout: FETCH_TIMEOUT_MS }).status === 0;
}

/** Test files run side by side: one of them fetches, the others wait. A lock that its holder left is taken over. */
function lock(path: string): () => void {
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    try {
      mkdirSync(path);
      break;
    } catch {
      const made_ms = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - made_ms > FETCH_TIMEOUT_MS) rmSync(path, { recursive: true, force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
    }
  }
  return () => {
    rmSync(path, { recursive: true, force: true });
  };
}
