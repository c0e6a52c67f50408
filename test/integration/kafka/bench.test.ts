/** `esql bench kafka` fills a topic, reads it in each way, and says how long it took. */
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtCli, runCli, type BuiltCli } from '../../support/built-cli.js';
import { kafkaMissing, startKafka, type KafkaBroker } from '../../support/servers/kafka.js';

describe.skipIf(kafkaMissing !== null)(`esql bench kafka${kafkaMissing === null ? '' : `: ${kafkaMissing}`}`, () => {
  let broker: KafkaBroker;
  let cli: BuiltCli;
  beforeAll(async () => {
    [broker, cli] = await Promise.all([startKafka(), builtCli()]);
  });
  afterAll(async () => {
    cli.remove();
    await broker.close();
  });

  test('measures each reader over the same messages', async () => {
    const topic = await broker.topic('bench');
    const words = ['bench', 'kafka', '--brokers', broker.address, '--topic', topic, '--messages', '5000', '--json'];
    const { code, out, err } = await runCli(cli, words, { cwd: tmpdir() });
    expect(code, err).toBe(0);
    expect(err).toContain(`Writing 5000 messages to \`${topic}\`.`);
    const readings = out
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    for (const [index, reader] of ['q1', 'count', 'kafkajs'].entries())
      expect(readings[index]).toMatchObject({ reader, messages: 5000 });
    const table = await runCli(cli, words.slice(0, -3), { cwd: tmpdir() });
    expect(table.out).toContain('esql: q1 into blackhole');
    expect(table.err).not.toContain('Writing');
  });

  test('says so when there is no broker', async () => {
    const { code, err } = await runCli(cli, ['bench', 'kafka', '--brokers', '127.0.0.1:1'], { cwd: tmpdir() });
    expect(code).toBe(75);
    expect(err).toContain('ESQL8601');
  });
});
