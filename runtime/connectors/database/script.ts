/** All statements of a sink as one script for an administrator. */
import type { SinkShape } from '../connector.js';
import type { TargetOptions } from './target.js';

export interface CreateStatement {
  /** What it makes, for people. */
  readonly what: string;
  readonly sql: string;
}

/** A stream that writes to the sink. */
export interface ScriptTarget<O extends TargetOptions = TargetOptions> {
  readonly shape: SinkShape;
  readonly options: O;
}

export const WRITER_ROLE = 'esql_writer';

/** A sink that several streams write to may have a procedure for each: what they share is printed once. */
export function scriptOf(head: readonly string[], statements: readonly CreateStatement[], separator: string): string {
  const once = new Map(statements.map((statement) => [statement.sql, statement]));
  const parts = [...once.values()].map(({ what, sql }) => `-- ${what}\n${sql}\n${separator}`);
  return `${head.map((line) => `-- ${line}`).join('\n')}\n\n${parts.join('\n')}`;
}
