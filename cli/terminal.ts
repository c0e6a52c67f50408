/** Standard output and standard error as a command sees them. */
import process from 'node:process';
import { diagnosticToJson, renderDiagnostic } from '../grammar/diagnostics/render.js';
import type { Terminal } from './command.js';

export function createTerminal(json: boolean): Terminal {
  const colour = process.stderr.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';
  let reported = 0;
  return {
    out: (text) => {
      process.stdout.write(text);
    },
    err: (text) => {
      process.stderr.write(text);
    },
    outIsTerminal: process.stdout.isTTY,
    errIsTerminal: process.stderr.isTTY,
    colour,
    columns: process.stdout.isTTY ? process.stdout.columns : 100,
    diagnostics: {
      report: (diagnostic) => {
        if (json) {
          process.stderr.write(`${JSON.stringify(diagnosticToJson(diagnostic))}\n`);
        } else {
          process.stderr.write(`${reported > 0 ? '\n' : ''}${renderDiagnostic(diagnostic, { colour })}`);
        }
        reported += 1;
      },
    },
  };
}
