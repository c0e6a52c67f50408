/** What the shell sees. */
export const EXIT = {
  fine: 0,
  /** The query, the plan or the data is wrong. */
  wrong: 1,
  /** The command was not understood. */
  usage: 2,
  /** Nothing is wrong that another try could not cure: locked, fenced, out of reach, stopped before the end. */
  tryAgain: 75,
  /** A bug of esql. */
  bug: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
