/** `esql checkpoint ls|show|verify URI`. */
import process from 'node:process';
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import {
  listCheckpoints,
  queriesOf,
  showCheckpoint,
  verifyStore,
  type StoreLocation,
} from '../../runtime/checkpoint/inspect.js';
import { renderList, renderManifest, renderVerification } from '../../runtime/checkpoint/render.js';
import type { Arguments, CommandRun, Terminal } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { createEnv } from '../host/env.js';
import { jsonLine } from '../json-output.js';
import { cliDiagnostic } from '../messages.js';

const ACTIONS = ['ls', 'show', 'verify'] as const;

export const runCheckpoint: CommandRun = async (args, terminal) => {
  const [action = '', uri = ''] = args.operands;
  const location: StoreLocation = { uri, workingDirectory: process.cwd() };
  switch (ACTIONS.find((name) => name === action)) {
    case 'ls':
      return list(args, terminal, location);
    case 'show':
      return show(args, terminal, location);
    case 'verify':
      return verify(args, terminal, location);
    case undefined:
      terminal.diagnostics.report(
        cliDiagnostic('ESQL7004', {
          command: 'checkpoint',
          expected: 'ls, show or verify and a URI',
          found: `\`${action}\``,
        }),
      );
      return EXIT.usage;
  }
};

async function list(args: Arguments, terminal: Terminal, location: StoreLocation): Promise<ExitCode> {
  const queries = await listCheckpoints(createEnv(), location, args.values.get('query-id') ?? null);
  terminal.out(args.switches.has('json') ? queries.map((query) => jsonLine(query)).join('') : renderList(queries));
  return EXIT.fine;
}

async function show(args: Arguments, terminal: Terminal, location: StoreLocation): Promise<ExitCode> {
  const env = createEnv();
  const batch = batchOf(args);
  for (const queryId of await queryIds(args, location)) {
    const manifest = await showCheckpoint(env, location, queryId, batch);
    terminal.out(args.switches.has('json') ? jsonLine(manifest) : renderManifest(manifest));
  }
  return EXIT.fine;
}

async function verify(args: Arguments, terminal: Terminal, location: StoreLocation): Promise<ExitCode> {
  const env = createEnv();
  let sound = true;
  for (const queryId of await queryIds(args, location)) {
    const found = await verifyStore(env, location, queryId);
    terminal.out(args.switches.has('json') ? jsonLine(found) : renderVerification(found));
    sound &&= found.problems.length === 0;
  }
  return sound ? EXIT.fine : EXIT.wrong;
}

function queryIds(args: Arguments, location: StoreLocation): Promise<readonly string[]> {
  return queriesOf(createEnv(), location, args.values.get('query-id') ?? null);
}

function batchOf(args: Arguments): number | null {
  const text = args.values.get('batch');
  if (text === undefined) return null;
  const batch = Number(text);
  if (Number.isSafeInteger(batch) && batch >= 0 && /^\d+$/u.test(text)) return batch;
  throw new DiagnosticError(
    cliDiagnostic('ESQL7003', { option: '--batch', expected: 'the number of a batch', found: `\`${text}\`` }),
  );
}
