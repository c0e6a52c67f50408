/** All statements of a sink as one script for an administrator, with `GO` between them as its tools want it. */
import { scriptOf, WRITER_ROLE, type ScriptTarget } from '../database/script.js';
import { createStatements, grantStatements, targetOf, type SinkOptions } from './ddl.js';

/** Throws ESQL8431 for a name not allowed. */
export function ddlScript(sink: string, targets: readonly ScriptTarget<SinkOptions>[]): string {
  const head = [
    `For sink ${sink}: run it in its database as an administrator, then`,
    `  ALTER ROLE [${WRITER_ROLE}] ADD MEMBER [the login of the job];`,
    "and write create = 'never' in the sink. It changes nothing that is there already.",
  ];
  const statements = targets.flatMap(({ shape, options }) => {
    const target = targetOf(shape, options);
    return [...createStatements(target), ...grantStatements(target)];
  });
  return scriptOf(head, statements, 'GO\n');
}
