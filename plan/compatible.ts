/**
 * May a plan take over the checkpoint of another? By default only if nothing changed; a compatible change needs consent
 * (`--allow-change`); everything else is refused, because rows would be lost, doubled or wrong without anybody
 * noticing.
 */
import type { Diagnostic } from '../grammar/diagnostics/diagnostic.js';
import { connectorNamed } from './connectors/index.js';
import { planDiagnostic } from './messages.js';
import { operatorChanges, type ComparedSides, type OperatorChange } from './operator-changes.js';
import type { Operator, OperatorId, Plan, PlanSettings } from './plan.js';
import { durationToText, sizeToText } from './units.js';

/**
 * `same`: nothing changed. `compatible`: the state is kept. `must_replay`: the state has to be built again from the
 * sources, by a new job. `incompatible`: not even that, because a source can't be read again or the target holds rows
 * of another shape.
 */
export type Verdict = 'same' | 'compatible' | 'must_replay' | 'incompatible';

export interface OperatorComparison {
  readonly id: OperatorId;
  readonly op: Operator['op'];
  readonly change: 'kept' | 'added' | 'removed';
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
}

export interface PlanComparison {
  /** In the new plan's order; removed operators last. */
  readonly operators: readonly OperatorComparison[];
  /** Changed settings; all of them are compatible. */
  readonly settings: readonly string[];
  /** Whether the new plan may take over the old one's checkpoint. */
  readonly takeover: 'same' | 'compatible' | 'incompatible';
}

const severity: Readonly<Record<Verdict, number>> = { same: 0, compatible: 1, must_replay: 2, incompatible: 3 };

const verdictOf: Readonly<Record<OperatorChange['effect'], Verdict>> = {
  keeps: 'compatible',
  replays: 'must_replay',
  breaks: 'incompatible',
};

function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>((found, verdict) => (severity[verdict] > severity[found] ? verdict : found), 'same');
}

/** Compares by operator id, because state is keyed by it. */
export function comparePlans(before: Plan, after: Plan): PlanComparison {
  const sides: ComparedSides = { before: byId(before), after: byId(after) };
  const otherRows = new Set<OperatorId>();
  const compared: OperatorComparison[] = [];
  for (const operator of after.operators) {
    const old = sides.before.get(operator.id);
    const found = old === undefined ? added(operator) : kept(old, operator, sides, otherRows);
    if (found.otherRows || operator.inputs.some((input) => otherRows.has(input.from))) otherRows.add(operator.id);
    const { comparison } = found;
    const replayable = comparison.verdict !== 'must_replay' || canReplay(operator, sides);
    compared.push(
      replayable
        ? comparison
        : {
            ...comparison,
            verdict: 'incompatible',
            reasons: [...comparison.reasons, 'a source cannot be read again'],
          },
    );
  }
  for (const operator of before.operators) if (!sides.after.has(operator.id)) compared.push(removed(operator));
  const settings = settingChanges(before.settings, after.settings);
  const verdict = worst([...compared.map((item) => item.verdict), settings.length > 0 ? 'compatible' : 'same']);
  return {
    operators: compared,
    settings,
    takeover: verdict === 'same' || verdict === 'compatible' ? verdict : 'incompatible',
  };
}

function byId(plan: Plan): ReadonlyMap<OperatorId, Operator> {
  return new Map(plan.operators.map((operator) => [operator.id, operator]));
}

interface Found {
  readonly comparison: OperatorComparison;
  readonly otherRows: boolean;
}

function kept(before: Operator, after: Operator, sides: ComparedSides, otherRows: ReadonlySet<OperatorId>): Found {
  const changes = operatorChanges(before, after, sides);
  const reasons = changes.map((item) => item.reason);
  const verdicts = changes.map((item) => verdictOf[item.effect]);
  for (const from of inputsOfPast(after, sides)) {
    if (!otherRows.has(from)) continue;
    verdicts.push('must_replay');
    reasons.push(`its input \`${from}\` gives other rows`);
  }
  return {
    comparison: { id: after.id, op: after.op, change: 'kept', verdict: worst(verdicts), reasons },
    otherRows: changes.some((item) => item.otherRows),
  };
}

/**
 * Inputs whose earlier rows still count: what an aggregate's state was made from, and the table that a row was joined
 * with that may be taken back.
 */
function inputsOfPast(operator: Operator, sides: ComparedSides): readonly OperatorId[] {
  if (operator.op === 'aggregate') return operator.inputs.map((input) => input.from);
  if (operator.op !== 'lookup') return [];
  const [stream, table] = operator.inputs.map((input) => input.from);
  const changes = sides.after.get(stream ?? '')?.output.changelog === 'changes';
  return changes && table !== undefined ? [table] : [];
}

function added(operator: Operator): Found {
  const lacks: Readonly<Record<Operator['op'], string | null>> = {
    source: 'a new source: what it held before is not in the results so far',
    watermark: 'new state: the largest event time so far is not known',
    aggregate: 'new state: rows so far are not in it',
    sink: 'a new sink: the results so far are not in it',
    late: null,
    table: null,
    lookup: null,
    filter: null,
    project: null,
    window: null,
    union: null,
  };
  const reason = lacks[operator.op];
  return {
    comparison: {
      id: operator.id,
      op: operator.op,
      change: 'added',
      verdict: reason === null ? 'compatible' : 'must_replay',
      reasons: [reason ?? 'new, and without state'],
    },
    otherRows: true,
  };
}

function removed(operator: Operator): OperatorComparison {
  const reasons: Readonly<Record<Operator['op'], string>> = {
    source: 'the source is gone: the state holds what it gave',
    watermark: 'gone with its state',
    aggregate: 'gone with its state',
    sink: 'gone: its target keeps what it has',
    late: 'gone, it had no state',
    table: 'gone: nothing joins with it any more',
    lookup: 'gone, it had no state',
    filter: 'gone, it had no state',
    project: 'gone, it had no state',
    window: 'gone, it had no state',
    union: 'gone, it had no state',
  };
  const verdict = operator.op === 'source' ? 'must_replay' : 'compatible';
  return { id: operator.id, op: operator.op, change: 'removed', verdict, reasons: [reasons[operator.op]] };
}

/** Whether all sources of an operator can be read from their beginning. */
function canReplay(operator: Operator, sides: ComparedSides): boolean {
  const seen = new Set<OperatorId>();
  const waiting: Operator[] = [operator];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at.id)) continue;
    seen.add(at.id);
    if (at.op === 'source' && connectorNamed(at.connector)?.source?.replayable !== 'yes') return false;
    for (const input of at.inputs) {
      const from = sides.after.get(input.from);
      if (from !== undefined) waiting.push(from);
    }
  }
  return true;
}

function settingChanges(before: PlanSettings, after: PlanSettings): readonly string[] {
  const duration = (value_us: bigint | null): string => (value_us === null ? 'none' : durationToText(value_us));
  const texts = (settings: PlanSettings): Readonly<Record<string, string>> => ({
    checkpoint: duration(settings.checkpoint_us),
    batch: duration(settings.batch_us),
    batch_bytes: sizeToText(settings.batch_bytes_max),
    state_bytes: sizeToText(settings.state_bytes_max),
  });
  const old = texts(before);
  return Object.entries(texts(after)).flatMap(([name, text]) =>
    old[name] === text ? [] : [`${name}: was ${old[name] ?? 'none'}, is ${text}`],
  );
}

/**
 * The diagnostic that keeps a plan from taking over a checkpoint: ESQL5006 where it can't, ESQL5007 where it needs
 * consent that was not given; undefined where it may go on.
 */
export function takeoverDiagnostic(
  comparison: PlanComparison,
  allowChange: boolean,
  place: string,
): Diagnostic | undefined {
  if (comparison.takeover === 'same' || (comparison.takeover === 'compatible' && allowChange)) return undefined;
  const refused = comparison.takeover === 'incompatible';
  const guilty = comparison.operators.filter(({ verdict }) =>
    refused ? severity[verdict] >= severity.must_replay : verdict !== 'same',
  );
  const facts = guilty.map((item) => `${item.id}: ${item.verdict}: ${item.reasons.join('; ')}`);
  facts.push(...comparison.settings);
  const operators = guilty.length === 0 ? 'the settings' : guilty.map((item) => `\`${item.id}\``).join(', ');
  return refused
    ? planDiagnostic(
        'ESQL5006',
        { operators },
        { place, facts, hint: 'Start the changed query as a new job, with a checkpoint and a target of its own.' },
      )
    : planDiagnostic(
        'ESQL5007',
        { operators },
        { place, facts, hint: 'Run with --allow-change to take the state over.' },
      );
}
