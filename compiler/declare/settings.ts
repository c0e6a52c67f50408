/**
 * SET: what holds for the whole file.
 *
 * | option         | value                 | meaning                                                              |
 * |----------------|-----------------------|----------------------------------------------------------------------|
 * | `checkpoint`   | duration              | CHECKPOINT of the streams that don't say otherwise                   |
 * | `batch`        | duration              | how often a batch is planned (BATCH)                                 |
 * | `batch_bytes`  | size                  | byte budget of one batch over all sources; 32 MB unless set          |
 * | `state_budget` | size                  | budget of all state in memory; 4 GB unless set                       |
 * | `wal`          | auto, full or offsets | WAL of the streams that don't say otherwise                          |
 */
import type { OptionValue, SetOption } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import { suggestionHint } from '../../grammar/diagnostics/suggest.js';
import { durationFromText } from '../../plan/units.js';
import { nameDiagnostic } from '../messages/names.js';
import type { Settings } from './declarations.js';
import { shownValue } from './written-options.js';

type Kind = 'duration' | 'size' | 'wal';
const kinds = {
  checkpoint: 'duration',
  batch: 'duration',
  batch_bytes: 'size',
  state_budget: 'size',
  wal: 'wal',
} as const satisfies Readonly<Record<string, Kind>>;
type SettingName = keyof typeof kinds;

/** Spellings of other systems. */
const aliases: Readonly<Record<string, SettingName>> = { 'execution.checkpointing.interval': 'checkpoint' };

const expectations: Readonly<Record<Kind, string>> = {
  duration: 'a duration such as 30s',
  size: 'a size such as 64MB',
  wal: 'auto, full or offsets',
};

/** Less than this in a batch or for all state can't work. */
const SIZE_MIN_BYTES = 4_096n;

export function checkSettings(nodes: readonly SetOption[], sink: DiagnosticSink): Settings {
  const durations = new Map<SettingName, bigint>();
  const sizes = new Map<SettingName, bigint>();
  let wal: Settings['wal'] = null;
  for (const { option } of nodes) {
    const written = option.key.name;
    const name = isSetting(written) ? written : Object.hasOwn(aliases, written) ? aliases[written] : undefined;
    if (name === undefined) {
      sink.report(
        nameDiagnostic(
          'ESQL2011',
          { name: written },
          {
            span: option.key.span,
            facts: [`Settings: ${Object.keys(kinds).join(', ')}.`],
            hint: suggestionHint(written, Object.keys(kinds)),
          },
        ),
      );
      continue;
    }
    const kind = kinds[name];
    const wrong = (): void => {
      sink.report(
        nameDiagnostic(
          'ESQL2022',
          { name, expected: expectations[kind], found: shownValue(option.value) },
          { span: option.value.span },
        ),
      );
    };
    if (kind === 'duration') {
      const value_us = durationOf(option.value);
      if (value_us !== undefined && (value_us > 0n || name === 'batch')) durations.set(name, value_us);
      else wrong();
    } else if (kind === 'size') {
      const bytes = sizeOf(option.value);
      if (bytes === undefined || bytes < SIZE_MIN_BYTES) wrong();
      else sizes.set(name, bytes);
    } else {
      const mode = walMode(option.value);
      if (mode === undefined) wrong();
      else wal = mode;
    }
  }
  return {
    checkpoint_us: durations.get('checkpoint') ?? null,
    batch_us: durations.get('batch') ?? null,
    batch_bytes: sizes.get('batch_bytes') ?? null,
    state_bytes: sizes.get('state_budget') ?? null,
    wal,
  };
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(kinds, name);
}

/** Also in quotes, with a blank and with longer words: the way Flink's settings are written. */
function durationOf(value: OptionValue): bigint | undefined {
  if (value.kind === 'DurationLiteral') return value.microseconds;
  if (value.kind !== 'StringLiteral') return undefined;
  const match = /^(\d{1,20})\s*(us|ms|s|m|h|d)(?:ec|econds?|in|inutes?|ours?|ays?)?$/iu.exec(value.value.trim());
  return match === null ? undefined : durationFromText(`${match[1] ?? ''}${(match[2] ?? '').toLowerCase()}`);
}

function sizeOf(value: OptionValue): bigint | undefined {
  if (value.kind === 'SizeLiteral') return value.bytes;
  return value.kind === 'NumberLiteral' && /^\d{1,18}$/u.test(value.text) ? BigInt(value.text) : undefined;
}

function walMode(value: OptionValue): Settings['wal'] | undefined {
  const text = value.kind === 'OptionWord' ? value.word.name : value.kind === 'StringLiteral' ? value.value : '';
  const mode = text.toLowerCase();
  return mode === 'auto' || mode === 'full' || mode === 'offsets' ? mode : undefined;
}
