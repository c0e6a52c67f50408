/** Apart from the disk, whose lock brings SQLite along: reading a query file must not wait for that. */

/** `ENOENT`, `SQLITE_BUSY` and their like; undefined when the error has none. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
