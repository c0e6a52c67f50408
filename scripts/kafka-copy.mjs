/**
 * `npm run kafka-copy -- --messages 100000 [--all]`: the copy test against a real broker with as many messages as
 * asked, in the hardest set or in all of them.
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    all: { type: 'boolean', default: false },
  },
});
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/integration/kafka/copy.test.ts'],
  {
    stdio: 'inherit',
    env: { ...process.env, KAFKA_COPY_MESSAGES: values.messages, KAFKA_COPY_ALL: values.all ? '1' : '0' },
  },
);
process.exitCode = status ?? 1;
