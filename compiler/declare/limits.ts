/** Columns of one source, sink or SELECT: wider tables are cut into several. */
export const COLUMNS_MAX = 1_000;
