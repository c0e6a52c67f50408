/** How other systems spell what has another form here: said where their spelling is met. */

/** Azure Stream Analytics' `System.Timestamp()`: the end of a row's window, or its event time. */
export function isSystemTimestamp(qualifier: string, name: string): boolean {
  return qualifier.toLowerCase() === 'system' && name.toLowerCase() === 'timestamp';
}

export const SYSTEM_TIMESTAMP_HINT =
  'The time of a window is its column window_end; the time of a row is the column that WATERMARK FOR names.';
