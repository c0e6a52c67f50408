/** Names of the query as steps of operator ids. */

/** A name as one step: slashes separate the steps. */
export function scopeStep(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2F');
}
