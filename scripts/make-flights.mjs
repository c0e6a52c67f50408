/**
 * Writes queries/data/flights.jsonl: the 20,000 flights that the npm package vega-datasets (BSD-3-Clause) redistributes
 * from the on-time records of the U.S. Bureau of Transportation Statistics, one JSON object per line with ISO
 * timestamps.
 */
import { readFile, writeFile } from 'node:fs/promises';

const input = new URL('../node_modules/vega-datasets/data/flights-20k.json', import.meta.url);
const flights = JSON.parse(await readFile(input, 'utf8'));
const lines = flights.map(({ date, delay, distance, origin, destination }, index) => {
  const scheduled = `${date.replaceAll('/', '-').replace(' ', 'T')}:00`;
  return `${JSON.stringify({ id: index + 1, scheduled, origin, destination, distance, delay })}\n`;
});
await writeFile(new URL('../queries/data/flights.jsonl', import.meta.url), lines.join(''));
