/** Whole processes from start to end: what a person waits for at a terminal. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { repeat, type Measured } from '../case.js';

const DURATION_MS = 4000;

/** The case is bundled into dist/bench/, beside dist/cli/; the query stays with the sources. */
const ROOT = join(import.meta.dirname, '../..');
const COMMAND_LINE = join(ROOT, 'dist/cli/main.js');
const QUERY = join(ROOT, 'bench/start-up.esql');

/** Processes per second that run `words` with this Node.js, one after the other. */
function processes(words: readonly string[]): Promise<Measured> {
  return repeat(1, DURATION_MS, () => {
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${words.join(' ')} ended with ${String(status)}:\n${stderr}`);
  });
}

/** Node.js alone: no command line written in JavaScript starts faster. */
export function nodeCase(): Promise<Measured> {
  return processes(['-e', '0']);
}

export function helpCase(): Promise<Measured> {
  return processes([COMMAND_LINE, '--help']);
}

/** `esql check` of a hundred dense lines. */
export function checkCase(): Promise<Measured> {
  return processes([COMMAND_LINE, 'check', QUERY]);
}
