/** Every command: its help here, its code behind a lazy import so that `esql --help` reads one file. */
import type { Command, OptionHelp } from './command.js';

const JSON_SWITCH: OptionHelp = { name: 'json', doc: 'print diagnostics and results as JSON lines' };
const CHECKPOINT_DIR: OptionHelp = {
  name: 'checkpoint-dir',
  value: 'URI',
  doc: 'where the checkpoint lives: a folder, with one below it per job (default: .esql)',
};

const EMIT_STAGES = ['tokens', 'ast', 'typed', 'logical', 'optimised', 'plan', 'explain', 'dot'] as const;
const BENCH_READERS = ['q1', 'count', 'kafkajs'] as const;

export const commands: readonly Command[] = [
  {
    help: {
      name: 'check',
      summary: 'compile files and report what is wrong with them',
      operands: 'FILE…',
      operandsMin: 1,
      operandsMax: Number.POSITIVE_INFINITY,
      options: [JSON_SWITCH],
      examples: ['esql check queries/quickstart.esql'],
    },
    load: async () => (await import('./commands/check.js')).runCheck,
  },
  {
    help: {
      name: 'compile',
      summary: 'compile a file to a plan, or show a stage on the way to it',
      operands: 'FILE.esql',
      operandsMin: 1,
      operandsMax: 1,
      options: [
        { name: 'output', short: 'o', value: 'FILE', doc: 'write the plan there instead of to standard output' },
        { name: 'emit', value: 'STAGE', choices: EMIT_STAGES, doc: `what to print: ${EMIT_STAGES.join(', ')}` },
        JSON_SWITCH,
      ],
      examples: [
        'esql compile orders.esql -o orders.plan.json',
        'esql compile orders.esql --emit dot | dot -Tsvg > orders.svg',
      ],
    },
    load: async () => (await import('./commands/compile.js')).runCompile,
  },
  {
    help: {
      name: 'explain',
      summary: 'show a plan, what it keeps in memory, or how its guarantee is derived',
      operands: 'FILE [PLAN|STATE|DELIVERY|JSON|DOT]',
      operandsMin: 1,
      operandsMax: 2,
      options: [{ name: 'stream', value: 'NAME', doc: 'only this stream' }, JSON_SWITCH],
      examples: ['esql explain orders.esql', 'esql explain orders.plan.json DELIVERY'],
    },
    load: async () => (await import('./commands/explain.js')).runExplain,
  },
  {
    help: {
      name: 'run',
      summary: 'run a query or a plan, with exactly-once results',
      operands: 'FILE.esql|FILE.plan.json',
      operandsMin: 1,
      operandsMax: 1,
      options: [
        CHECKPOINT_DIR,
        {
          name: 'query-id',
          value: 'NAME',
          doc: "name of the job in the checkpoint and in its sinks' progress (default: the file's name)",
        },
        { name: 'follow', doc: 'keep reading sources that would end: files that grow, new files in a folder' },
        { name: 'supervise', doc: 'start the job again when it crashes, with back-off and a new epoch' },
        { name: 'allow-change', doc: 'take over the checkpoint of a plan that differs compatibly' },
        { name: 'checkpoint', value: 'DURATION', doc: "checkpoint interval for streams that don't say one" },
        {
          name: 'max-bad-records',
          value: 'NUMBER',
          doc: 'stop at more bad records than this, and 5 percent, in a minute (default: 1000)',
        },
        { name: 'quiet', short: 'q', doc: 'no progress' },
        JSON_SWITCH,
      ],
      examples: [
        'esql run queries/quickstart.esql',
        'esql run orders.plan.json --checkpoint-dir /var/lib/esql/orders --supervise',
      ],
    },
    load: async () => (await import('./commands/run.js')).runRun,
  },
  {
    help: {
      name: 'fmt',
      summary: 'rewrite files in canonical form',
      operands: 'FILE…',
      operandsMin: 1,
      operandsMax: Number.POSITIVE_INFINITY,
      options: [{ name: 'check', doc: 'change nothing; fail if a file is not in canonical form' }, JSON_SWITCH],
      examples: ['esql fmt queries/*.esql', 'esql fmt --check queries/*.esql'],
    },
    load: async () => (await import('./commands/format.js')).runFormat,
  },
  {
    help: {
      name: 'diff',
      summary: 'compare two plans: may the new one take over the checkpoint of the old',
      operands: 'OLD NEW',
      operandsMin: 2,
      operandsMax: 2,
      options: [JSON_SWITCH],
      examples: ['esql diff orders.plan.json orders.esql'],
    },
    load: async () => (await import('./commands/diff.js')).runDiff,
  },
  {
    help: {
      name: 'ddl',
      summary: 'print what a sink needs in its database, for an administrator to run',
      operands: 'FILE',
      operandsMin: 1,
      operandsMax: 1,
      options: [{ name: 'sink', value: 'NAME', doc: 'the sink (an `mssql` or `postgres` one); required' }, JSON_SWITCH],
      examples: ['esql ddl --sink totals orders.esql > totals.sql'],
    },
    load: async () => (await import('./commands/ddl.js')).runDdl,
  },
  {
    help: {
      name: 'checkpoint',
      summary: 'list, show or verify the checkpoints of a job',
      operands: 'ls|show|verify URI',
      operandsMin: 2,
      operandsMax: 2,
      options: [
        { name: 'query-id', value: 'NAME', doc: 'only this job' },
        { name: 'batch', value: 'NUMBER', doc: 'show: the checkpoint of this batch (default: the newest)' },
        JSON_SWITCH,
      ],
      examples: ['esql checkpoint ls .esql', 'esql checkpoint verify .esql'],
    },
    load: async () => (await import('./commands/checkpoint.js')).runCheckpoint,
  },
  {
    help: {
      name: 'bench',
      summary: 'measure how fast a topic is read, beside other readers',
      operands: 'kafka',
      operandsMin: 1,
      operandsMax: 1,
      options: [
        { name: 'brokers', value: 'HOST:PORT', doc: 'where the topic is, without login; required' },
        { name: 'topic', value: 'NAME', doc: 'created and filled if it is missing or empty (default: esql-bench)' },
        { name: 'messages', value: 'N', doc: 'how many to fill it with (default: 1000000)' },
        { name: 'only', value: 'READER', choices: BENCH_READERS, doc: 'one reader, in this process: for profiles' },
        JSON_SWITCH,
      ],
      examples: ['esql bench kafka --brokers 127.0.0.1:9092 --messages 2000000'],
    },
    load: async () => (await import('./commands/bench.js')).runBench,
  },
];
