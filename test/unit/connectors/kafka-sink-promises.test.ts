/** What Kafka sinks promise, and which results they take: it follows from their options. */
import { describe, expect, it } from 'vitest';
import { compile } from '../../../compiler/compile.js';
import { SourceFile } from '../../../grammar/diagnostics/source.js';
import type { OptionsOf } from '../../../plan/connectors/index.js';
import { Secret } from '../../../plan/connectors/secret.js';
import { BIGINT } from '../../../plan/types.js';
import { eventHubsSink, kafkaSink } from '../../../runtime/connectors/kafka/open-sink.js';
import { codeOf, sinkContext } from '../../support/connectors.js';

const SUM = 'SELECT a, SUM(n) AS total FROM input GROUP BY a';
const ROWS = 'SELECT a, n FROM input';

function compiled(sink: string, select: string, into = 'target') {
  const text =
    "CREATE SOURCE input (a BIGINT NOT NULL, n BIGINT) WITH (connector = 'file', path = 'x.jsonl') FORMAT JSON;\n" +
    `CREATE SINK target WITH (${sink}) FORMAT JSON;\n` +
    `CREATE STREAM results AS ${select} WITH CHECKPOINT 1s INTO ${into};\n`;
  const { plan, diagnostics } = compile({ source: new SourceFile('x.esql', text), include: () => undefined });
  const errors = diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  const delivery = plan?.streams[0]?.delivery[0];
  return { errors, guarantee: delivery?.guarantee, because: delivery?.steps.at(-1)?.because };
}

const kafka = (more = ''): string => `connector = 'kafka', brokers = 'a:1', topic = 't'${more}`;
const hub = (more = ''): string => `connector = 'eventhubs', connection_string = secret('HUB'), hub = 't'${more}`;

describe('results that change', () => {
  it('are refused by a sink that appends', () => {
    expect(compiled(kafka(", mode = 'append'"), SUM).errors).toEqual(['ESQL4006']);
    expect(compiled(hub(", mode = 'append'"), SUM).errors).toEqual(['ESQL4006']);
    expect(compiled(kafka(", mode = 'append'"), ROWS).errors).toEqual([]);
  });

  it('are taken by one that upserts, which needs a key', () => {
    expect(compiled(kafka(", mode = 'upsert'"), SUM).errors).toEqual(['ESQL4003']);
    expect(compiled(kafka(", mode = 'upsert'"), SUM, 'target KEY a').errors).toEqual([]);
    expect(compiled(kafka(), SUM, 'target KEY a').errors).toEqual([]);
  });
});

describe('the guarantee', () => {
  it('is exactly once with transactions', () => {
    expect(compiled(kafka(), ROWS).guarantee).toBe('exactly-once');
    const withTransactions = compiled(hub(', transactions = true'), ROWS);
    expect(withTransactions.guarantee).toBe('exactly-once');
    expect(withTransactions.because).toContain('one transaction');
  });

  it('is at least once on Event Hubs without them', () => {
    const without = compiled(hub(), ROWS);
    expect(without.guarantee).toBe('at-least-once');
    expect(without.because).toContain('sent again after a failure');
  });
});

describe('options that can not be', () => {
  const options: OptionsOf<'kafka', 'sink'> = {
    brokers: ['a:1'],
    topic: 't',
    mode: null,
    transactional_id: null,
    progress_topic: null,
    create: 'never',
    create_partitions: null,
    create_replication: null,
    compression: 'none',
    security: 'plaintext',
    sasl_mechanism: 'plain',
    sasl_username: null,
    sasl_password: null,
    oauth_token_url: null,
    oauth_client_id: null,
    oauth_client_secret: null,
    oauth_scope: null,
    ssl_ca: null,
    ssl_certificate: null,
    ssl_key: null,
  };
  const hubOptions: OptionsOf<'eventhubs', 'sink'> = {
    namespace: null,
    connection_string: new Secret('HUB', 'Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKey=x'),
    hub: 't',
    client_id: null,
    transactions: false,
    progress_hub: null,
    mode: null,
    transactional_id: null,
    compression: 'none',
  };
  const context = sinkContext('/', { schema: [{ name: 'id', type: BIGINT, nullable: false }] }, { name: 'json' });
  const refused = (create: () => unknown): Promise<string> => codeOf(async () => Promise.resolve(create()));

  it.each([
    { topic: 'a b' },
    { topic: '..' },
    { progress_topic: 'a/b' },
    { topic: 'x'.repeat(240) },
    { transactional_id: '' },
    { transactional_id: 'x'.repeat(250) },
  ])('are refused before anything is asked of a broker: %o', async (change) => {
    expect(await refused(() => kafkaSink(context, { ...options, ...change }))).toBe('ESQL8600');
  });

  it('are refused for hubs, too', async () => {
    expect(await refused(() => eventHubsSink(context, hubOptions))).toBe('none');
    expect(await refused(() => eventHubsSink(context, { ...hubOptions, hub: 'a b' }))).toBe('ESQL8600');
    expect(await refused(() => eventHubsSink(context, { ...hubOptions, progress_hub: '' }))).toBe('ESQL8600');
  });
});
