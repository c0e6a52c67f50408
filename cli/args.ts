/** Command-line words to arguments, with diagnostics instead of guesses. */
import { DiagnosticError } from '../grammar/diagnostics/diagnostic.js';
import { suggestionHint } from '../grammar/diagnostics/suggest.js';
import type { Arguments, CommandHelp, OptionHelp } from './command.js';
import { cliDiagnostic } from './messages.js';

/**
 * Parses the words behind the command. `--name value`, `--name=value`, `-o value`; `--` ends the options; `-` is an
 * operand. Throws a DiagnosticError (ESQL7002–7004).
 */
export function parseArguments(help: CommandHelp, words: readonly string[]): Arguments {
  const operands: string[] = [];
  const switches = new Set<string>();
  const values = new Map<string, string>();
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    if (word === '--') {
      operands.push(...words.slice(i + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const spelled = equals < 0 ? word : word.slice(0, equals);
    const option = findOption(help, spelled);
    if (option.value === undefined) {
      if (equals >= 0) throw wrongValue(spelled, 'no value', `\`${word.slice(equals + 1)}\``);
      switches.add(option.name);
      continue;
    }
    const value = equals < 0 ? words[(i += 1)] : word.slice(equals + 1);
    if (value === undefined) throw wrongValue(spelled, option.value, 'nothing');
    if (option.choices !== undefined && !option.choices.includes(value)) {
      throw wrongValue(
        spelled,
        `one of ${option.choices.join(', ')}`,
        `\`${value}\``,
        suggestionHint(value, option.choices),
      );
    }
    values.set(option.name, value);
  }
  if (operands.length < help.operandsMin || operands.length > help.operandsMax) {
    throw new DiagnosticError(
      cliDiagnostic(
        'ESQL7004',
        {
          command: help.name,
          expected: help.operands,
          found: operands.length === 0 ? 'nothing' : operands.map((operand) => `\`${operand}\``).join(' '),
        },
        { hint: `For example: ${help.examples[0] ?? `esql ${help.name}`}` },
      ),
    );
  }
  return { operands, switches, values };
}

function findOption(help: CommandHelp, spelled: string): OptionHelp {
  const found = help.options.find(
    (option) => spelled === `--${option.name}` || (option.short !== undefined && spelled === `-${option.short}`),
  );
  if (found !== undefined) return found;
  const names = help.options.map((option) => `--${option.name}`);
  throw new DiagnosticError(
    cliDiagnostic(
      'ESQL7002',
      { option: spelled, command: help.name },
      {
        facts: [`Options: ${names.join(', ')}.`],
        hint: suggestionHint(spelled, names) ?? `\`esql ${help.name} --help\` explains them.`,
      },
    ),
  );
}

function wrongValue(option: string, expected: string, found: string, hint?: string): DiagnosticError {
  return new DiagnosticError(cliDiagnostic('ESQL7003', { option, expected, found }, { hint }));
}
