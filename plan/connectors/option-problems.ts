/** Problems with options as diagnostics. */
import type { Diagnostic, DiagnosticExtras } from '../../grammar/diagnostics/diagnostic.js';
import { suggestionHint } from '../../grammar/diagnostics/suggest.js';
import { planDiagnostic } from '../messages.js';
import type { OptionProblem } from './options.js';

/**
 * `owner` names what the options belong to: ``connector `file` ``, `format CSV`. `extras` carries the place (a span in
 * the query, or the source's name at run time).
 */
export function optionDiagnostic(problem: OptionProblem, owner: string, extras: DiagnosticExtras = {}): Diagnostic {
  const { option } = problem;
  switch (problem.kind) {
    case 'unknown':
      return planDiagnostic(
        'ESQL5010',
        { option, owner },
        {
          ...extras,
          facts: [
            problem.known.length === 0
              ? `There are no options of ${owner}.`
              : `Options of ${owner}: ${problem.known.join(', ')}.`,
          ],
          hint: suggestionHint(option, problem.known),
        },
      );
    case 'missing':
      return planDiagnostic(
        'ESQL5011',
        {
          options: [option, ...problem.alternatives].map((name) => `\`${name}\``).join(' or '),
          owner,
          condition: problem.neededBy === null ? '' : ` beside \`${problem.neededBy}\``,
        },
        { ...extras, hint: `Add \`${option} = …\` to the options.` },
      );
    case 'wrong_type':
      return planDiagnostic('ESQL5012', { option, expected: problem.expected, found: problem.found }, extras);
    case 'out_of_range':
      return planDiagnostic('ESQL5013', { option, expected: problem.expected, found: problem.found }, extras);
    case 'secret_literal':
      return planDiagnostic(
        'ESQL5014',
        { option },
        { ...extras, hint: `Write \`${option} = secret('NAME')\`: plans and logs then hold the name only.` },
      );
    case 'wrong_role':
      return planDiagnostic('ESQL5015', { option, owner, role: problem.role }, extras);
    case 'twice':
      return planDiagnostic('ESQL5016', { option }, { ...extras, hint: 'Remove one of them.' });
    case 'unresolved':
      return planDiagnostic(
        'ESQL5017',
        { option, reference: problem.reference },
        {
          ...extras,
          hint: problem.reference.startsWith('secret')
            ? 'Provide the secret before the job starts.'
            : "Set the environment variable, or give a default: env('NAME', 'default').",
        },
      );
  }
}
