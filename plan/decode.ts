/** JSON text to a plan: parse, migrate, check members, validate. For untrusted text: bounded, and it never throws. */
import type { Diagnostic } from '../grammar/diagnostics/diagnostic.js';
import { describeJson, isJsonObject, pathText, type Problems } from './codec/codec.js';
import { planCodec } from './codec/plan.js';
import { encodePlan } from './encode.js';
import { planLimits } from './limits.js';
import { planDiagnostic } from './messages.js';
import { migratePlan } from './migrate.js';
import { PLAN_FORMAT, PLAN_VERSION, type Plan } from './plan.js';
import { validatePlan, type FunctionResolver } from './validate/validate.js';

export type DecodedPlan =
  { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export interface DecodeOptions {
  /** Where the text came from, for messages: a file name, a checkpoint object. */
  readonly place?: string;
  /** Checks calls against the function catalogue. */
  readonly functions?: FunctionResolver;
}

/** Diagnostics are ESQL5001 to ESQL5005. */
export function decodePlan(text: string, options: DecodeOptions = {}): DecodedPlan {
  const place = options.place === undefined ? {} : { place: options.place };
  const failed = (...diagnostics: readonly Diagnostic[]): DecodedPlan => ({ ok: false, diagnostics });
  if (text.length > planLimits.text) {
    const limit = `${String(planLimits.text)} characters`;
    return failed(planDiagnostic('ESQL5005', { limit, found: String(text.length) }, place));
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    // The parser's own words name the position; they are the same on every machine with one version of Node.
    const problem = `not JSON: ${error instanceof Error ? error.message : String(error)}`;
    return failed(planDiagnostic('ESQL5001', { problem }, { ...place, hint: 'Compile the query again.' }));
  }
  if (!isJsonObject(json) || json['format'] !== PLAN_FORMAT) {
    const found = isJsonObject(json) ? `\`format\` is ${describeJson(json['format'])}` : describeJson(json);
    const problem = `expected an object with \`"format": "${PLAN_FORMAT}"\`, found ${found}`;
    return failed(planDiagnostic('ESQL5001', { problem }, place));
  }
  const version = json['version'];
  const migrated = typeof version === 'number' ? migratePlan(json, version) : undefined;
  if (migrated === undefined) return failed(unknownVersion(version, place));
  return decodeMembers(migrated, options, place);
}

/** What a plan that was just made would be refused for when it is read again; empty for a good one. */
export function checkPlan(plan: Plan, options: DecodeOptions = {}): readonly Diagnostic[] {
  const decoded = decodePlan(encodePlan(plan), options);
  return decoded.ok ? [] : decoded.diagnostics;
}

function unknownVersion(version: unknown, place: { readonly place?: string }): Diagnostic {
  const newer = typeof version === 'number' && version > PLAN_VERSION;
  return planDiagnostic(
    'ESQL5002',
    { expected: `version ${String(PLAN_VERSION)} or older`, found: describeJson(version) },
    {
      ...place,
      hint: newer ? 'Run it with the version of esql that compiled it, or a later one.' : 'Compile the query again.',
    },
  );
}

function decodeMembers(
  json: Readonly<Record<string, unknown>>,
  options: DecodeOptions,
  place: { readonly place?: string },
): DecodedPlan {
  const diagnostics: Diagnostic[] = [];
  const problems: Problems = {
    wrong(path, expected, found) {
      if (diagnostics.length >= planLimits.problems) return;
      diagnostics.push(planDiagnostic('ESQL5003', { path: pathText(path), expected, found }, place));
    },
    get full() {
      return diagnostics.length >= planLimits.problems;
    },
  };
  const plan = planCodec.decode(json, null, problems);
  if (plan === undefined) return { ok: false, diagnostics };
  const invalid = validatePlan(plan, options.functions);
  if (invalid.length === 0) return { ok: true, plan };
  return { ok: false, diagnostics: invalid.map((problem) => planDiagnostic('ESQL5004', problem, place)) };
}
