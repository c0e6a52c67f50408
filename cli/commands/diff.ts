/** `esql diff OLD NEW`: exit 0 when NEW may take over OLD's checkpoint, 1 when not. */
import { comparePlans } from '../../plan/compatible.js';
import { diffToJson, diffToText } from '../../plan/diff.js';
import type { CommandRun } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { loadPlan } from '../load.js';

export const runDiff: CommandRun = async (args, terminal) => {
  const [before = '', after = ''] = args.operands;
  const old = await loadPlan(before, terminal);
  const next = await loadPlan(after, terminal);
  if (old === undefined || next === undefined) return EXIT.wrong;
  const comparison = comparePlans(old, next);
  terminal.out(args.switches.has('json') ? diffToJson(comparison) : diffToText(comparison));
  return comparison.takeover === 'incompatible' ? EXIT.wrong : EXIT.fine;
};
