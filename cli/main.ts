/** The `esql` command behind the launcher: finds the command, loads it, prints what comes out. */
import process from 'node:process';
import { commands } from './commands.js';
import type { Command, Terminal } from './command.js';
import { parseArguments } from './args.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { cliDiagnostic } from './messages.js';
import { DiagnosticError, type DiagnosticCode } from '../grammar/diagnostics/diagnostic.js';
import { suggestionHint } from '../grammar/diagnostics/suggest.js';
import { createTerminal } from './terminal.js';
import { VERSION } from './version.js';

/** What a command says about its own words, found when it looks at their values. */
const USAGE: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>(['ESQL7002', 'ESQL7003', 'ESQL7004']);

async function main(words: readonly string[]): Promise<ExitCode> {
  const [name = '', ...rest] = words;
  const terminal = createTerminal(rest.includes('--json'));
  const command = commands.find((candidate) => candidate.help.name === name);
  if (command === undefined) {
    const names = commands.map((candidate) => candidate.help.name);
    const hint = suggestionHint(name, names);
    terminal.diagnostics.report(
      cliDiagnostic('ESQL7001', { name }, { facts: [`Commands: ${names.join(', ')}.`], hint }),
    );
    return EXIT.usage;
  }
  return runCommand(command, rest, terminal);
}

async function runCommand(command: Command, words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let args;
  try {
    args = parseArguments(command.help, words);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    terminal.diagnostics.report(error.diagnostic);
    return EXIT.usage;
  }
  try {
    const run = await command.load();
    return await run(args, terminal);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    terminal.diagnostics.report(error.diagnostic);
    return USAGE.has(error.diagnostic.code) ? EXIT.usage : EXIT.wrong;
  }
}

/** A bug: says so, with what a report needs, and without a stack trace unless ESQL_DEBUG asks for it. */
function reportBug(error: unknown): void {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  process.stderr.write(
    `esql ${VERSION} (Node.js ${process.versions.node}) met a bug of its own.\n\n  ${what}\n\n` +
      'Nothing that was committed is affected. Please report this with the query file and the line above.\n' +
      (process.env['ESQL_DEBUG'] === undefined || !(error instanceof Error) ? '' : `${error.stack ?? ''}\n`),
  );
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe has gone (`esql … | head`): that is its right, and nothing more can be said.
  if (error.code === 'EPIPE') process.exit(EXIT.fine);
  throw error;
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    reportBug(error);
    process.exitCode = EXIT.bug;
  },
);
