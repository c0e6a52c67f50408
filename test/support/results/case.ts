/** A result case: a folder with a query, its input, the rows it must give, and the same question put to DuckDB. */
import { mkdtempSync, readdirSync, readFileSync, copyFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from '../../../compiler/compile.js';
import { renderDiagnostic } from '../../../grammar/diagnostics/render.js';
import { SourceFile } from '../../../grammar/diagnostics/source.js';
import type { Plan, SinkOperator, SourceOperator } from '../../../plan/plan.js';

const ROOT = fileURLToPath(new URL('../../results/', import.meta.url));

/** What a case says about itself at the head of its reference, `-- @name value`. */
export interface CaseNotes {
  /** Largest relative difference of DOUBLE values, where the two engines add in another order. */
  readonly tolerance: number;
  /** Rows are late by where the batches end, so other batches give other rows. The reference knows the batches. */
  readonly dependsOnBatches: boolean;
  /** Columns that have another value in every run. */
  readonly ignored: ReadonlySet<string>;
}

export interface ResultCase {
  readonly name: string;
  readonly folder: string;
  readonly plan: Plan;
  readonly sources: readonly SourceOperator[];
  readonly sinks: readonly SinkOperator[];
  readonly inputs: readonly string[];
  readonly reference: Reference;
  readonly notes: CaseNotes;
}

/** Statements that make views, and one query per sink. */
export interface Reference {
  readonly setup: string;
  readonly queries: ReadonlyMap<string, string>;
}

export function caseNames(): readonly string[] {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

export function loadCase(name: string): ResultCase {
  const folder = join(ROOT, name);
  const plan = compileText(readFileSync(join(folder, 'query.esql'), 'utf8'));
  const text = readFileSync(join(folder, 'reference.sql'), 'utf8');
  return {
    name,
    folder,
    plan,
    sources: plan.operators.filter((operator) => operator.op === 'source'),
    sinks: plan.operators.filter((operator) => operator.op === 'sink'),
    inputs: readdirSync(folder).filter((file) => file.startsWith('in')),
    reference: parseReference(text),
    notes: parseNotes(text),
  };
}

/** The plan of a query that must compile. */
export function compileText(text: string): Plan {
  const { plan, diagnostics } = compile({ source: new SourceFile('query.esql', text), include: () => undefined });
  if (plan === undefined) throw new Error(diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n'));
  return plan;
}

/** `-- sink name` begins the query of a sink; what stands before the first is set up once. */
function parseReference(text: string): Reference {
  const [setup = '', ...parts] = text.split(/^-- sink /mu);
  const queries = parts.map((part): readonly [string, string] => {
    const end = part.indexOf('\n');
    return [part.slice(0, end).trim(), part.slice(end).trim().replace(/;$/u, '')];
  });
  return { setup, queries: new Map(queries) };
}

function parseNotes(text: string): CaseNotes {
  const values = (name: string): string[] =>
    [...text.matchAll(/^-- @(\S+)[ ]*(\S*)/gmu)].filter((match) => match[1] === name).map((match) => match[2] ?? '');
  return {
    tolerance: Number(values('tolerance')[0] ?? 0),
    dependsOnBatches: values('depends-on-batches').length > 0,
    ignored: new Set(values('ignore')),
  };
}

/** Memory-backed where the machine has it: these tests are about order, not about how long a sync takes. */
const SCRATCH = readdirSync('/').includes('dev') && readdirSync('/dev').includes('shm') ? '/dev/shm' : tmpdir();

/** A folder of its own with the case's input files, and how to remove it. */
export function workFolder(item: ResultCase): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(SCRATCH, 'esql-results-'));
  for (const file of item.inputs) copyFileSync(join(item.folder, file), join(path, file));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}
