/** `esql fmt FILE…`. */
import { format } from '../../grammar/format.js';
import type { CommandRun } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { readTextFile, writeTextFile } from '../files.js';
import { cliDiagnostic } from '../messages.js';

export const runFormat: CommandRun = async (args, terminal) => {
  const check = args.switches.has('check');
  let sound = true;
  const different: string[] = [];
  for (const path of args.operands) {
    const source = await readTextFile(path);
    const formatted = format(source, terminal.diagnostics);
    if (formatted === undefined) {
      sound = false;
    } else if (path === '-') {
      terminal.out(formatted);
    } else if (formatted !== source.text) {
      different.push(path);
      if (!check) await writeTextFile(path, formatted);
    }
  }
  if (check && different.length > 0) {
    const facts = [`Files: ${different.join(', ')}.`];
    const hint = '`esql fmt` rewrites them.';
    terminal.diagnostics.report(cliDiagnostic('ESQL7010', { count: different.length }, { facts, hint }));
    sound = false;
  }
  if (!check) for (const path of different) terminal.out(`${path}: rewritten\n`);
  return sound ? EXIT.fine : EXIT.wrong;
};
