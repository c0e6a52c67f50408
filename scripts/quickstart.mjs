/**
 * `npm start`: runs queries/quickstart.esql with the command that a user would type, then shows what is in the sinks.
 * Run it again after a Ctrl-C or a kill -9: it goes on where it was, and the result is the same.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const words = ['run', 'queries/quickstart.esql', '--checkpoint-dir', 'quickstart/checkpoint'];

if (!existsSync('dist/cli/main.js'))
  exitUnlessFine(spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' }));
process.stdout.write(`$ npx esql ${words.join(' ')}\n`);
// An interrupt reaches the whole process group: esql stops gracefully, and this script says what to do next.
process.on('SIGINT', () => undefined);
exitUnlessFine(spawnSync(process.execPath, ['dist/cli/main.js', ...words], { stdio: 'inherit' }));
showAirports();
showDelays();
process.stdout.write('\nTo see it once more from the beginning: rm -rf quickstart && npm start\n');

function showAirports() {
  const database = new Database('quickstart/flights.db', { readonly: true });
  const total = database.prepare('SELECT COUNT(*) AS rows, SUM(flights) AS flights FROM airport_days').get();
  const rows = database
    .prepare(
      'SELECT day, airport, flights, ROUND(average_delay, 1) AS average_delay, longest_delay, delayed ' +
        'FROM airport_days ORDER BY flights DESC, day, airport LIMIT 8',
    )
    .all();
  database.close();
  process.stdout.write(
    `\nquickstart/flights.db, table airport_days: ${total.rows} rows over ${total.flights} flights; the busiest:\n\n${table(rows)}`,
  );
}

function showDelays() {
  const files = readdirSync('quickstart/long_delays', { recursive: true }).filter((name) => name.endsWith('.jsonl'));
  const rows = files
    .sort()
    .flatMap((name) => readFileSync(`quickstart/long_delays/${name}`, 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line));
  const longest = rows.toSorted((a, b) => b.delay - a.delay).slice(0, 3);
  process.stdout.write(
    `\nquickstart/long_delays: ${rows.length} flights more than three hours late in ${files.length} files; the latest:\n\n${table(longest)}`,
  );
}

function table(rows) {
  const titles = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => titles.map((title) => String(row[title] ?? '')));
  const widths = titles.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i].length)));
  const isNumber = titles.map((title) => rows.every((row) => typeof row[title] === 'number'));
  const line = (row) =>
    row.map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ');
  return `  ${[line(titles), widths.map((width) => '─'.repeat(width)).join('  '), ...cells.map(line)].join('\n  ')}\n`;
}

function exitUnlessFine({ status }) {
  if (status === 0) return;
  if (status === null) process.stdout.write('\nInterrupted. `npm start` goes on from here.\n');
  process.exit(status ?? 75);
}
