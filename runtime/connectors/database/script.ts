/** All statements of a sink as one script for an administrator. */

export interface CreateStatement {
  /** What it makes, for people. */
  readonly what: string;
  readonly sql: string;
}

export const WRITER_ROLE = 'esql_writer';

/** A sink that several streams write to may have a procedure for each: what they share is printed once. */
export function scriptOf(head: readonly string[], statements: readonly CreateStatement[], separator: string): string {
  const once = new Map(statements.map((statement) => [statement.sql, statement]));
  const parts = [...once.values()].map(({ what, sql }) => `-- ${what}\n${sql}\n${separator}`);
  return `${head.map((line) => `-- ${line}`).join('\n')}\n\n${parts.join('\n')}`;
}
