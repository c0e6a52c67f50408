/** What the driver has to know of a plan's operators: time at each source. Pure. */
import type { OperatorId, Plan, SourceOperator, WatermarkOperator, WindowSpec } from '../../plan/plan.js';
import type { SourceTime } from './job.js';

/** Null where nothing watches the source's event time. */
export function sourceTime(plan: Plan, source: SourceOperator): SourceTime | null {
  const watermarks = plan.operators.filter(
    (operator): operator is WatermarkOperator => operator.op === 'watermark' && operator.source === source.id,
  );
  const [first] = watermarks;
  if (first === undefined) return null;
  const timeouts = watermarks.map((w) => w.timeout_us).filter((timeout) => timeout !== null);
  const [firstTimeout] = timeouts;
  return {
    idle_us: watermarks.reduce((least, w) => (w.idle_us < least ? w.idle_us : least), first.idle_us),
    // One moment serves all of them: the most patient decides.
    timeout_us: firstTimeout === undefined ? null : timeouts.reduce((most, t) => (t > most ? t : most), firstTimeout),
    windows: windowsBehind(plan, new Set(watermarks.map((w) => w.id))).map(windowEnds),
  };
}

/** Windows end at multiples of the slide, shifted. */
function windowEnds(window: WindowSpec): { readonly slide_us: bigint; readonly end_us: bigint } {
  return { slide_us: window.slide_us, end_us: window.offset_us + window.size_us };
}

function windowsBehind(plan: Plan, origins: ReadonlySet<OperatorId>): readonly WindowSpec[] {
  const reached = new Set(origins);
  const windows: WindowSpec[] = [];
  for (const operator of plan.operators) {
    if (!operator.inputs.some((input) => reached.has(input.from))) continue;
    reached.add(operator.id);
    if (operator.op === 'window') windows.push(operator.window);
    if (operator.op === 'aggregate' && operator.pane !== null) windows.push(operator.pane.window);
  }
  return windows;
}
