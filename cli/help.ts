/** `esql --help` and `esql COMMAND --help`. */
import type { Command, CommandHelp } from './command.js';

export function mainHelp(commands: readonly Command[], version: string): string {
  const width = Math.max(...commands.map((command) => command.help.name.length));
  return [
    `esql ${version}: SQL for streams, compiled to a plan and run exactly once`,
    '',
    'Usage: esql COMMAND …',
    '',
    ...commands.map(({ help }) => `  ${help.name.padEnd(width)}  ${help.summary}`),
    '',
    '`esql COMMAND --help` explains a command; `esql --version` prints the version.',
    'Exit codes: 0 fine · 1 the query or the data is wrong · 2 usage · 75 try again.',
    '',
  ].join('\n');
}

export function commandHelp(help: CommandHelp): string {
  const spelled = help.options.map((option) => {
    const short = option.short === undefined ? '' : `-${option.short}, `;
    return { left: `${short}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`, doc: option.doc };
  });
  const width = Math.max(0, ...spelled.map((option) => option.left.length));
  return [
    `esql ${help.name}: ${help.summary}`,
    '',
    `Usage: esql ${help.name} [options] ${help.operands}`,
    '',
    ...spelled.map((option) => `  ${option.left.padEnd(width)}  ${option.doc}`),
    '',
    ...(help.examples.length > 0 ? ['Examples:', ...help.examples.map((example) => `  ${example}`), ''] : []),
  ].join('\n');
}
