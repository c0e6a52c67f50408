/** The rules of streaming, each in its own file. They report and change nothing. */
import { checkCheckpoint } from './checkpoint.js';
import { checkEmitFinal } from './emit-final.js';
import type { ProgramRule, RuleInput, StreamRule } from './input.js';
import { checkKeys } from './keys.js';
import { checkLookups } from './lookups.js';
import { checkSideStreams } from './side-streams.js';
import { checkSinkChanges } from './sink-changes.js';
import { checkSinkColumns } from './sink-columns.js';
import { checkSinksOnce } from './sinks-once.js';
import { noteStateGrowth } from './state-growth.js';
import { checkUnrepeatable } from './unrepeatable.js';
import { checkWal } from './wal.js';
import { checkWindows } from './windows.js';

const streamRules: readonly StreamRule[] = [
  checkCheckpoint,
  checkWindows,
  checkEmitFinal,
  checkKeys,
  checkSinkChanges,
  checkSinkColumns,
  checkUnrepeatable,
  checkLookups,
  checkWal,
  noteStateGrowth,
];
const programRules: readonly ProgramRule[] = [checkSinksOnce, checkSideStreams];

export function checkStreamingRules(input: RuleInput): void {
  for (const stream of input.program.streams) {
    const plan = input.logical.streams.find((candidate) => candidate.name === stream.name);
    if (plan === undefined) continue;
    const into = input.outputs.get(stream.name)?.into ?? [];
    for (const rule of streamRules) rule({ ...input, stream, plan, into });
  }
  for (const rule of programRules) rule(input);
}
