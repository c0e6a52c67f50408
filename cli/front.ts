/** What the command line answers without a command: help and the version. */
import { commands } from './commands.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { commandHelp, mainHelp } from './help.js';
import { VERSION } from './version.js';

export interface Answer {
  readonly text: string;
  readonly code: ExitCode;
}

/** The answer to `words`, or undefined when a command has to run, or when the first word is none. */
export function answerWithoutCommand(words: readonly string[]): Answer | undefined {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const topic = commands.find((command) => command.help.name === rest[0]);
    const text = topic === undefined ? mainHelp(commands, VERSION) : commandHelp(topic.help);
    return { text, code: name === undefined ? EXIT.usage : EXIT.fine };
  }
  if (name === '--version' || name === '-v') return { text: `${VERSION}\n`, code: EXIT.fine };
  const command = commands.find((candidate) => candidate.help.name === name);
  if (command === undefined || !(rest.includes('--help') || rest.includes('-h'))) return undefined;
  return { text: commandHelp(command.help), code: EXIT.fine };
}
