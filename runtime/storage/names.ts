/**
 * Which names an object store takes. One check for every implementation, so that no name can leave the store's folder.
 */
import { invariant } from '../../grammar/diagnostics/internal-error.js';

const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/u;
const NAME_LENGTH_MAX = 512;
const SEGMENT_LENGTH_MAX = 200;

/** `a/b/c` of safe segments; a segment never starts with a dot, so `..` and temporary files are out of reach. */
export function isObjectName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= NAME_LENGTH_MAX &&
    name.split('/').every((segment) => segment.length <= SEGMENT_LENGTH_MAX && SEGMENT.test(segment))
  );
}

export function checkObjectName(name: string): void {
  invariant(isObjectName(name), `object name ${JSON.stringify(name)}`);
}

/** A folder's name; the empty one is the store itself. */
export function checkFolderName(name: string): void {
  invariant(name === '' || isObjectName(name), `folder name ${JSON.stringify(name)}`);
}

/** Where a bad object goes: `corrupt/<name with slashes as dashes>-<n>`, n the first number that is free. */
export function quarantineName(name: string, attempt: number): string {
  return `corrupt/${name.replaceAll('/', '-')}-${String(attempt)}`;
}

export const QUARANTINE_ATTEMPTS_MAX = 1000;

export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
