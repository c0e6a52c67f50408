/** The comparison of two plans as text for `esql diff`, and as JSON for tools. */
import { canonicalJson } from './canonical-json.js';
import type { OperatorComparison, PlanComparison, Verdict } from './compatible.js';
import { textTable, wrapText } from './text-layout.js';

const verdictText: Readonly<Record<Verdict, string>> = {
  same: 'same',
  compatible: 'compatible',
  must_replay: 'must replay',
  incompatible: 'incompatible',
};

const conclusion: Readonly<Record<PlanComparison['takeover'], string>> = {
  same: 'The new plan continues from the checkpoint of the old one.',
  compatible: 'The new plan continues from the checkpoint of the old one with --allow-change.',
  incompatible: 'The new plan cannot continue from the checkpoint of the old one: it needs a new job.',
};

/** A table of all operators with verdict and reasons, and what follows. */
export function diffToText(comparison: PlanComparison): string {
  const rows = comparison.operators.map((item) => [
    item.id,
    changeText(item),
    verdictText[item.verdict],
    item.reasons.join('; '),
  ]);
  const table = rows.length === 0 ? '' : `${textTable(['operator', 'change', 'verdict', 'because'], rows)}\n`;
  const settings = comparison.settings.flatMap((text) => wrapText(`Setting ${text}.`, 0, 2));
  return `${table}${[...settings, conclusion[comparison.takeover]].join('\n')}\n`;
}

function changeText(item: OperatorComparison): string {
  if (item.change !== 'kept') return item.change;
  return item.verdict === 'same' ? '' : 'changed';
}

export function diffToJson(comparison: PlanComparison): string {
  return canonicalJson({
    takeover: comparison.takeover,
    settings: comparison.settings,
    operators: comparison.operators.map(({ id, op, change, verdict, reasons }) => ({
      id,
      op,
      change,
      verdict,
      reasons,
    })),
  });
}
