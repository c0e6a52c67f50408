/** Bounds on what the front end reads, so that a hostile file costs a diagnostic and no stack or memory. */
export const limits = {
  textCharacters: 1_048_576,
  tokens: 100_000,
  /** Parentheses, brackets, CASE, nested types and prefix operators inside each other. */
  nesting: 256,
  /** Levels of the syntax tree: operators in a chain (`a || b || …`) make one each. */
  treeDepth: 1_000,
  columns: 1_000,
} as const;
