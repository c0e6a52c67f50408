/** All statements of a sink as one script for an administrator. */
import { scriptOf, WRITER_ROLE, type ScriptTarget } from '../database/script.js';
import { createStatements, grantStatements, targetOf } from './ddl.js';

/** Throws ESQL8431 for a name not allowed. */
export function ddlScript(sink: string, targets: readonly ScriptTarget[]): string {
  const head = [
    `For sink ${sink}: run it in its database as the owner of the table, then`,
    `  GRANT ${WRITER_ROLE} TO "the login of the job";`,
    "and write create = 'never' in the sink. It changes nothing that is there already.",
  ];
  const statements = targets.flatMap(({ shape, options }) => {
    const target = targetOf(shape, options);
    return [...createStatements(target), ...grantStatements(target)];
  });
  return scriptOf(head, statements, '');
}
