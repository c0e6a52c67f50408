/** `esql compile FILE [-o PLAN] [--emit STAGE]`. */
import { emitStage, isStage } from '../../compiler/stages.js';
import type { CommandRun } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { writeTextFile } from '../files.js';
import { compileFile } from '../load.js';

export const runCompile: CommandRun = async (args, terminal) => {
  const [path = ''] = args.operands;
  const compilation = await compileFile(path, terminal);
  const stage = args.values.get('emit') ?? 'plan';
  const text = isStage(stage) ? emitStage(compilation, stage) : undefined;
  const failed = compilation.diagnostics.some((found) => found.severity === 'error');
  // A stage that was reached is printed even when a later one failed: that is what looking at it is for.
  if (text !== undefined && !(stage === 'plan' && failed)) {
    const output = args.values.get('output');
    if (output === undefined || output === '-') terminal.out(text);
    else await writeTextFile(output, text);
  }
  return failed ? EXIT.wrong : EXIT.fine;
};
