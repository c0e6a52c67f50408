/** Caps of a plan: a plan file is untrusted input, and nothing that reads one may be led to exhaust the machine. */
export const planLimits = {
  /** Characters of JSON text. */
  text: 16_777_216,
  operators: 4_096,
  streams: 1_024,
  /** Of a schema: 1,000 of a query and the two of a window. */
  columns: 1_002,
  inputs: 1_024,
  /** Members of an IN list, branches of a CASE, arguments of a call. */
  operands: 10_000,
  /** Levels of an expression. */
  depth: 1_100,
  /** Windows that one row belongs to: size over slide. */
  windowsPerRow: 10_000n,
  /** Reported problems; more are not looked for. */
  problems: 50,
} as const;
