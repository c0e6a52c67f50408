/** `esql bench kafka`: how fast a topic is read, by this program and by others, in one run. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { asDiagnostic } from '../../runtime/connectors/kafka/failures.js';
import { fill, measure, messagesIn, READERS, type BenchTopic, type Reader, type Reading } from '../bench-kafka.js';
import type { Arguments, CommandRun, Terminal } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { cliDiagnostic } from '../messages.js';
import { renderTable } from '../table.js';

const MESSAGES_DEFAULT = 1_000_000;
const TOPIC_DEFAULT = 'esql-bench';
const MEMORY_POLL_MS = 50;

const TITLES = {
  q1: 'esql: q1 into blackhole',
  count: 'esql: count per 10 s into SQLite',
  kafkajs: 'kafkajs: batches, values not read',
  kcat: 'kcat: to /dev/null',
} as const satisfies Record<Reader | 'kcat', string>;

export const runBench: CommandRun = async (args, terminal) => {
  const target = targetOf(args);
  const only = READERS.find((reader) => reader === args.values.get('only'));
  try {
    if (only !== undefined) {
      terminal.out(`${JSON.stringify(await measure(only, target))}\n`);
      return EXIT.fine;
    }
    await prepare(target, messagesOf(args), terminal);
  } catch (error) {
    const found = asDiagnostic(error, target.topic);
    if (!(found instanceof DiagnosticError)) throw error;
    terminal.diagnostics.report(found.diagnostic);
    return EXIT.tryAgain;
  }
  const results: (readonly [keyof typeof TITLES, Reading])[] = [];
  for (const reader of READERS) results.push([reader, await measureApart(reader, target)]);
  const kcat = await measureKcat(target, results[0]?.[1].messages ?? 0);
  if (kcat !== null) results.push(['kcat', kcat]);
  terminal.out(args.switches.has('json') ? jsonOf(results) : tableOf(results));
  if (kcat === null) terminal.err('kcat is not installed: it is not among the readers.\n');
  return EXIT.fine;
};

function targetOf(args: Arguments): BenchTopic {
  const [what = ''] = args.operands;
  if (what !== 'kafka') throw usage('operand', 'kafka', `\`${what}\``);
  const brokers = args.values.get('brokers');
  if (brokers === undefined || !/^[\w.:,[\]-]+$/u.test(brokers))
    throw usage('--brokers', 'host:port', brokers ?? 'nothing');
  const topic = args.values.get('topic') ?? TOPIC_DEFAULT;
  if (!/^[\w.-]{1,249}$/u.test(topic)) throw usage('--topic', 'a name of a topic', `\`${topic}\``);
  return { brokers: brokers.split(','), topic };
}

function messagesOf(args: Arguments): number {
  const text = args.values.get('messages');
  if (text === undefined) return MESSAGES_DEFAULT;
  if (/^[1-9]\d{0,9}$/u.test(text)) return Number(text);
  throw usage('--messages', 'a whole number', `\`${text}\``);
}

function usage(option: string, expected: string, found: string): DiagnosticError {
  return new DiagnosticError(cliDiagnostic('ESQL7003', { option, expected, found }));
}

/** A topic that has messages is read as it is. */
async function prepare(target: BenchTopic, messages: number, terminal: Terminal): Promise<void> {
  const there = await messagesIn(target);
  if (there !== null && there > 0) return;
  terminal.err(`Writing ${String(messages)} messages to \`${target.topic}\`.\n`);
  await fill(target, messages);
}

async function measureApart(reader: Reader, { brokers, topic }: BenchTopic): Promise<Reading> {
  const words = ['bench', 'kafka', '--brokers', brokers.join(','), '--topic', topic, '--only', reader];
  const child = spawn(process.execPath, [process.argv[1] ?? '', ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  const reading: unknown = code === 0 ? JSON.parse(out) : null;
  if (isReading(reading)) return reading;
  throw usage('--brokers', 'a topic that can be read to its end', `exit code ${String(code)} of \`${reader}\``);
}

function isReading(value: unknown): value is Reading {
  return typeof value === 'object' && value !== null && 'messages' in value && 'seconds' in value;
}

/** Null if there is no kcat. Its time includes its start. */
async function measureKcat({ brokers, topic }: BenchTopic, messages: number): Promise<Reading | null> {
  const words = ['-b', brokers.join(','), '-t', topic, '-C', '-e', '-q', '-o', 'beginning'];
  const start_ms = performance.now();
  const child = spawn('kcat', words, { stdio: 'ignore' });
  let memory_bytes = 0;
  const timer = setInterval(() => {
    memory_bytes = Math.max(memory_bytes, peakOf(child.pid));
  }, MEMORY_POLL_MS);
  try {
    const code = await new Promise<number | null>((resolve) => {
      child.once('error', () => {
        resolve(null);
      });
      child.once('close', resolve);
    });
    return code === 0
      ? { messages, seconds: (performance.now() - start_ms) / 1000, cpuSeconds: null, memory_bytes }
      : null;
  } finally {
    clearInterval(timer);
  }
}

/** Where the system tells it (Linux); else 0. */
function peakOf(pid: number | undefined): number {
  try {
    const text = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/u.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

type Results = readonly (readonly [keyof typeof TITLES, Reading])[];

const rateOf = ({ messages, seconds }: Reading): number => messages / seconds;

function tableOf(results: Results): string {
  const base = results.find(([reader]) => reader === 'kafkajs');
  const rows = results.map(([reader, reading]) => [
    TITLES[reader],
    String(reading.messages),
    reading.seconds.toFixed(2),
    String(Math.round(rateOf(reading))),
    reading.cpuSeconds === null ? '' : reading.cpuSeconds.toFixed(2),
    base === undefined ? '' : `${(rateOf(reading) / rateOf(base[1])).toFixed(2)} ×`,
    reading.memory_bytes === 0 ? '' : `${String(Math.round(reading.memory_bytes / 1024 / 1024))} MB`,
  ]);
  const right = ['messages', 'seconds', 'messages/s', 'CPU seconds', 'to kafkajs', 'peak memory'] as const;
  const columns = [
    { title: 'reader', align: 'left' } as const,
    ...right.map((title) => ({ title, align: 'right' }) as const),
  ];
  return renderTable(columns, rows);
}

function jsonOf(results: Results): string {
  return results.map(([reader, reading]) => `${JSON.stringify({ reader, ...reading })}\n`).join('');
}
