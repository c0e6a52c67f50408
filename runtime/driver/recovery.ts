/**
 * Where to go on after a start (docs/exactly-once.md P4, P5): a pure decision from facts already read. It never
 * guesses: whatever can't be shown to be safe is a refusal with a next step.
 */
import type { Diagnostic } from '../../grammar/diagnostics/diagnostic.js';
import { supersededDiagnostic } from '../checkpoint/collector.js';
import { checkpointName, intentName } from '../checkpoint/paths.js';
import type { SinkProgress } from '../connectors/connector.js';
import { runtimeDiagnostic } from '../messages.js';
import { decodeIntentText, GENESIS_HASH, type Intent, type SealedIntent } from '../wal/intent.js';
import type { History, IntentFact } from './history.js';

export interface SinkFact {
  readonly id: string;
  /** Progress survives a restart. A console's does not: it says nothing about the past. */
  readonly durable: boolean;
  readonly progress: SinkProgress;
}

export interface RecoveryFacts {
  readonly queryId: string;
  readonly epoch: number;
  readonly planFingerprint: string;
  readonly engineVersion: string;
  readonly history: Pick<History, 'checkpointBatches' | 'intents' | 'hasPast'> & {
    /** The newest valid checkpoint: its batch and the hash of that batch's intent. */
    readonly checkpoint: { readonly batch: number; readonly intentHash: string } | null;
  };
  readonly sinks: readonly SinkFact[];
}

export interface Resume {
  readonly kind: 'resume';
  /** Go on behind this batch, whose intent has this hash. */
  readonly batch: number;
  readonly intentHash: string;
  /** Batches begun after the checkpoint, in order. */
  readonly replay: readonly SealedIntent[];
  /** Those of `replay` whose object is lost: they come from a sink's copy and are published again. */
  readonly restore: readonly SealedIntent[];
  /** Batches whose damaged intent had no effect anywhere: moved away and planned anew. */
  readonly drop: readonly number[];
}

export type RecoveryDecision = Resume | { readonly kind: 'refuse'; readonly diagnostic: Diagnostic };

const NEW_HISTORY_HINT =
  'Restore the missing objects from a backup, or start afresh with another --query-id and empty sinks.';

export function decideRecovery(facts: RecoveryFacts): RecoveryDecision {
  const base = decideBase(facts);
  if ('kind' in base) return base;
  const foreign = firstRefusal(facts.sinks, (sink) => checkSinkAgainstBase(facts, sink, base));
  if (foreign !== null) return refuse(foreign);
  const chain = followChain(facts, base);
  if ('kind' in chain) return chain;
  const problem =
    firstRefusal(facts.sinks, (sink) => checkSinkAgainstChain(sink, base, chain.replay)) ??
    checkPending(facts, chain.replay);
  if (problem !== null) return refuse(problem);
  return { kind: 'resume', batch: base.batch, intentHash: base.intentHash, ...chain };
}

export interface Base {
  readonly batch: number;
  readonly intentHash: string;
}

/** The checkpoint, or the very beginning where nothing that is needed from there can be missing. */
function decideBase(facts: RecoveryFacts): Base | RecoveryDecision {
  const { checkpoint, checkpointBatches, intents, hasPast } = facts.history;
  if (checkpoint !== null) return { batch: checkpoint.batch, intentHash: checkpoint.intentHash };
  const beginning = { batch: 0, intentHash: GENESIS_HASH };
  if (intents[0]?.batch === 1) return beginning;
  const nothingDone = facts.sinks.every((sink) => !sink.durable || sink.progress.batch === 0);
  const onlyBeginning = checkpointBatches.length > 0 && checkpointBatches.every((batch) => batch === 0);
  if (intents.length === 0 && nothingDone && (onlyBeginning || !hasPast)) return beginning;
  return refuse(
    runtimeDiagnostic(
      'ESQL8101',
      { why: 'this job ran before, and none of its checkpoints is complete and undamaged' },
      {
        facts: [
          checkpointBatches.length === 0
            ? 'There is no checkpoint in the store.'
            : `Checkpoints found, all unusable: ${describeBatches(checkpointBatches)}.`,
          ...(facts.sinks.some((sink) => sink.progress.batch > 0)
            ? ['The sinks have results of earlier batches.']
            : []),
        ],
        hint: NEW_HISTORY_HINT,
      },
    ),
  );
}

function checkSinkAgainstBase(facts: RecoveryFacts, sink: SinkFact, base: Base): Diagnostic | null {
  const { progress } = sink;
  const newestIntent = Math.max(base.batch, ...facts.history.intents.map((intent) => intent.batch));
  // One more than the newest intent is possible: its object was lost, and the sink holds a copy.
  if (progress.batch < base.batch || progress.batch > newestIntent + 1)
    return otherHistory(sink, base.batch, newestIntent);
  const sameBatch = progress.batch === base.batch && base.batch > 0;
  return sameBatch && progress.intentHash !== base.intentHash ? otherHistory(sink, base.batch, newestIntent) : null;
}

interface Chain {
  readonly replay: readonly SealedIntent[];
  readonly restore: readonly SealedIntent[];
  readonly drop: readonly number[];
}

function followChain(facts: RecoveryFacts, base: Base): Chain | RecoveryDecision {
  const found = new Map<number, IntentFact>(facts.history.intents.map((fact) => [fact.batch, fact]));
  const durable = facts.sinks.filter((sink) => sink.durable);
  const applied = Math.max(base.batch, ...durable.map((sink) => sink.progress.batch));
  const last = Math.max(applied, ...found.keys());
  const lastSound = Math.max(base.batch, ...facts.history.intents.filter((fact) => fact.ok).map((fact) => fact.batch));
  const replay: SealedIntent[] = [];
  const restore: SealedIntent[] = [];
  let previous = base.intentHash;
  for (let batch = base.batch + 1; batch <= last; batch += 1) {
    const fact = found.get(batch);
    let sealed = fact?.ok === true ? fact.sealed : undefined;
    if (sealed === undefined) {
      if (batch > applied && batch > lastSound) {
        // No sink has anything of it, nor of a later one: the batch never happened (B2).
        return { replay, restore, drop: [...found.keys()].filter((other) => other >= batch) };
      }
      sealed = copyOf(durable, batch);
      if (sealed === undefined) return refuse(lostIntent(batch, fact));
      restore.push(sealed);
    }
    const problem = checkLink(facts, sealed.intent, batch, previous);
    if (problem !== null) return refuse(problem);
    replay.push(sealed);
    previous = sealed.hash;
  }
  return { replay, restore, drop: [] };
}

function copyOf(sinks: readonly SinkFact[], batch: number): SealedIntent | undefined {
  for (const { progress } of sinks) {
    if (progress.batch !== batch) continue;
    const decoded = decodeIntentText(progress.intent);
    if (decoded.ok && decoded.value.hash === progress.intentHash) return decoded.value;
  }
  return undefined;
}

function checkLink(facts: RecoveryFacts, intent: Intent, batch: number, previous: string): Diagnostic | null {
  if (intent.epoch > facts.epoch) return supersededDiagnostic(facts.epoch, intent.epoch);
  let why: string | null = null;
  if (intent.queryId !== facts.queryId) why = `it belongs to query id \`${intent.queryId}\``;
  else if (intent.batch !== batch) why = `it is the intent of batch ${String(intent.batch)}`;
  else if (intent.previous !== previous) why = 'it does not follow the intent before it';
  if (why === null) return null;
  return runtimeDiagnostic('ESQL8104', { batch, why }, { place: intentName(batch), hint: NEW_HISTORY_HINT });
}

function lostIntent(batch: number, fact: IntentFact | undefined): Diagnostic {
  const extras = {
    place: intentName(batch),
    facts: ['A sink has results of this batch or a later one, so it can be neither repeated nor planned anew.'],
    hint: NEW_HISTORY_HINT,
  };
  if (fact === undefined || fact.ok)
    return runtimeDiagnostic('ESQL8104', { batch, why: 'its intent is missing' }, extras);
  return runtimeDiagnostic('ESQL8103', { batch, why: fact.why }, extras);
}

function checkSinkAgainstChain(sink: SinkFact, base: Base, replay: readonly SealedIntent[]): Diagnostic | null {
  const { progress } = sink;
  const last = base.batch + replay.length;
  if (progress.batch > last) return otherHistory(sink, base.batch, last);
  const applied = progress.batch > base.batch ? replay[progress.batch - base.batch - 1] : undefined;
  return applied !== undefined && applied.hash !== progress.intentHash ? otherHistory(sink, base.batch, last) : null;
}

/**
 * Unfinished batches must be finished by what began them: the same plan, and the same engine where results are missing.
 */
function checkPending(facts: RecoveryFacts, replay: readonly SealedIntent[]): Diagnostic | null {
  const first = replay[0];
  const last = replay.at(-1);
  if (first === undefined || last === undefined) return null;
  if (replay.some(({ intent }) => intent.planFingerprint !== facts.planFingerprint)) {
    return runtimeDiagnostic(
      'ESQL8303',
      { first: first.intent.batch, last: last.intent.batch },
      { hint: 'Run the old plan once more and stop it with Ctrl-C, which finishes them; then start the new one.' },
    );
  }
  const applied = Math.min(...facts.sinks.filter((sink) => sink.durable).map((sink) => sink.progress.batch));
  const other = replay.find(({ intent }) => intent.batch > applied && intent.engineVersion !== facts.engineVersion);
  if (other === undefined) return null;
  return runtimeDiagnostic(
    'ESQL8108',
    { batch: other.intent.batch, found: other.intent.engineVersion, running: facts.engineVersion },
    {
      hint: `Run the job once more with esql ${other.intent.engineVersion} and stop it with Ctrl-C; then upgrade.`,
    },
  );
}

function otherHistory(sink: SinkFact, from: number, to: number): Diagnostic {
  return runtimeDiagnostic(
    'ESQL8102',
    {
      sink: sink.id,
      progress: String(sink.progress.batch),
      expected:
        from === to
          ? `batch ${String(from)} of this history`
          : `one of ${String(from)} to ${String(to)} of this history`,
    },
    {
      place: checkpointName(from),
      facts: [
        'The checkpoint store and the sink were not written by the same run, or one of them was restored or emptied.',
      ],
      hint:
        sink.progress.batch < from
          ? 'Put back the sink as it was, or begin anew: another --query-id and empty sinks.'
          : 'Put back the checkpoint store that belongs to this sink, or use another --query-id with an empty sink.',
    },
  );
}

export type Collision = 'ours' | 'adopt' | 'superseded' | 'broken';

/**
 * B2, where the intent of the batch exists already: our own (a lost response), one that an older driver managed to
 * publish (adopted as it is), or a newer driver's (this one is the zombie).
 */
export function decideCollision(own: SealedIntent, found: SealedIntent): Collision {
  if (found.hash === own.hash) return 'ours';
  if (found.intent.epoch > own.intent.epoch) return 'superseded';
  const follows =
    found.intent.previous === own.intent.previous &&
    found.intent.queryId === own.intent.queryId &&
    found.intent.planFingerprint === own.intent.planFingerprint;
  return follows ? 'adopt' : 'broken';
}

function firstRefusal(sinks: readonly SinkFact[], check: (sink: SinkFact) => Diagnostic | null): Diagnostic | null {
  for (const sink of sinks) {
    const found = sink.durable ? check(sink) : null;
    if (found !== null) return found;
  }
  return null;
}

function refuse(diagnostic: Diagnostic): { readonly kind: 'refuse'; readonly diagnostic: Diagnostic } {
  return { kind: 'refuse', diagnostic };
}

function describeBatches(batches: readonly number[]): string {
  const shown = batches.slice(-10).map((batch) => `batch ${String(batch)}`);
  return `${batches.length > shown.length ? '… ' : ''}${shown.join(', ')}`;
}
