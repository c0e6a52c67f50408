/** All statements of a sink as one script for an administrator, with `GO` between them as its tools want it. */
import type { SinkShape } from '../connector.js';
import {
  createStatements,
  grantStatements,
  targetOf,
  WRITER_ROLE,
  type CreateStatement,
  type SinkOptions,
} from './ddl.js';

export interface ScriptTarget {
  readonly shape: SinkShape;
  readonly options: SinkOptions;
}

/** A sink that several streams write to may have a procedure for each. Throws ESQL8431 for a name not allowed. */
export function ddlScript(sink: string, targets: readonly ScriptTarget[]): string {
  const statements = new Map<string, CreateStatement>();
  for (const { shape, options } of targets) {
    const target = targetOf(shape, options);
    for (const statement of [...createStatements(target), ...grantStatements(target)]) {
      statements.set(statement.sql, statement);
    }
  }
  const head = [
    `-- For sink ${sink}: run it in its database as an administrator, then`,
    `--   ALTER ROLE [${WRITER_ROLE}] ADD MEMBER [the login of the job];`,
    "-- and write create = 'never' in the sink. It changes nothing that is there already.",
  ];
  const parts = [...statements.values()].map(({ what, sql }) => `-- ${what}\n${sql}\nGO\n`);
  return `${head.join('\n')}\n\n${parts.join('\n')}`;
}
