/** `esql check FILE…`. */
import type { CommandRun } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { STANDARD_INPUT } from '../files.js';
import { compileFile } from '../load.js';

export const runCheck: CommandRun = async (args, terminal) => {
  let sound = true;
  for (const path of args.operands) {
    const compilation = await compileFile(path, terminal);
    const errors = compilation.diagnostics.filter((found) => found.severity === 'error').length;
    sound &&= errors === 0;
    if (args.switches.has('json')) continue;
    const name = path === '-' ? STANDARD_INPUT : path;
    const streams = compilation.plan?.streams.length ?? 0;
    terminal.out(
      errors === 0 ? `${name}: fine, ${count(streams, 'stream')}\n` : `${name}: ${count(errors, 'error')}\n`,
    );
  }
  return sound ? EXIT.fine : EXIT.wrong;
};

function count(number: number, what: string): string {
  return `${String(number)} ${what}${number === 1 ? '' : 's'}`;
}
