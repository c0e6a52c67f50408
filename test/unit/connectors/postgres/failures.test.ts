/** What an error of the server or of its client means for the job. */
import { describe, expect, it } from 'vitest';
import { postgresError } from '../../../../cli/host/postgres/errors.js';
import { createEnv } from '../../../../cli/host/env.js';
import { databaseFailure } from '../../../../runtime/connectors/database/failures.js';
import type { PostgresDatabase } from '../../../../runtime/remote/postgres.js';
import { PostgresError } from '../../../../runtime/remote/postgres.js';
import { diagnosticOf } from '../../../support/connectors.js';
import { createPostgresSink, optionsOf } from '../../../support/postgres/sink-subject.js';

const HINTS = { login: 'Check the login.', refused: 'Look it up.' };
const server = (state: string): PostgresError => new PostgresError('server', 'it refuses', state);
const withFields = (message: string, fields: object): Error => Object.assign(new Error(message), fields);

const said = (error: unknown, connecting = false): PostgresError => {
  const found = postgresError(error, connecting);
  if (!(found instanceof PostgresError)) throw new Error('expected a PostgresError', { cause: found });
  return found;
};

describe('errors of the server', () => {
  it.each([
    '08000',
    '08003',
    '08006',
    '08P01',
    '25006',
    '40001',
    '40003',
    '40P01',
    '53200',
    '53300',
    '53400',
    '55P03',
    '57P01',
    '57P02',
    '57P03',
    '57P05',
  ])('%s passes', (state) => {
    expect(server(state).passing).toBe(true);
  });

  it.each(['22003', '23505', '23514', '42501', '42P01', '42883', '53100', '54000', 'P0001', 'XX001', 'ZE001'])(
    '%s does not pass',
    (state) => {
      expect(server(state).passing).toBe(false);
    },
  );

  it('have the state in the message', () => {
    expect(server('23505').message).toBe('it refuses (SQLSTATE 23505)');
  });

  it.each([
    ['23505', 'ESQL8665'],
    ['42501', 'ESQL8670'],
    ['42883', 'ESQL8663'],
    ['3F000', 'ESQL8663'],
    ['23514', 'ESQL8668'],
    ['ZE003', 'ESQL8668'],
    ['57P03', 'ESQL8660'],
  ])('%s is %s', (state, code) => {
    expect(String(databaseFailure(server(state), 'testing', 'here', HINTS))).toContain(code);
  });
});

describe('errors of the client', () => {
  it('show texts of the server only where these hold no data', () => {
    const key = { severity: 'ERROR', code: '23505', constraint: 'one_name', table: 't', detail: 'Key (name)=(canary)' };
    expect(said(withFields('duplicate key value canary', key)).message).toBe(
      'the server refuses, constraint one_name, table t (SQLSTATE 23505)',
    );
    const value = withFields('invalid input syntax: "canary"', { severity: 'ERROR', code: '22P02' });
    expect(said(value).message).not.toContain('canary');
    const right = withFields('permission denied for schema x', { severity: 'ERROR', code: '42501' });
    expect(said(right)).toMatchObject({
      failure: 'server',
      message: 'permission denied for schema x (SQLSTATE 42501)',
    });
    expect(said(right, true).failure).toBe('login');
  });

  it.each([
    ['login', 'x', { severity: 'FATAL', code: '28P01' }],
    ['login', 'x', { severity: 'FATAL', code: '28000' }],
    ['login', 'x', { severity: 'FATAL', code: '3D000' }],
    ['login', 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', {}],
    ['server', 'x', { severity: 'FATAL', code: '57P03' }],
    ['timeout', 'x', { severity: 'ERROR', code: '57014' }],
    ['timeout', 'Query read timeout', {}],
    ['unreachable', 'timeout expired', {}],
    ['unreachable', 'Connection terminated unexpectedly', {}],
    ['unreachable', 'Client has encountered a connection error and is not queryable', {}],
    ['unreachable', 'x', { code: 'ECONNRESET' }],
    ['unreachable', 'x', { code: 'EPIPE' }],
    ['plain', 'The server does not support SSL connections', {}],
    ['certificate', 'x', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
    ['certificate', 'x', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
  ])('%s: %s %o', (failure, message, fields) => {
    expect(said(withFields(message, fields)).failure).toBe(failure);
  });

  it('of several addresses are one', () => {
    const all = new AggregateError([withFields('x', { code: 'ECONNREFUSED' })]);
    expect(said(all).message).toContain('ECONNREFUSED');
  });

  it('that are none pass unchanged', () => {
    const bug = new TypeError('bug');
    expect(postgresError(bug, false)).toBe(bug);
  });
});

it('ESQL8671 for a server without what the sink needs', async () => {
  const env = createEnv();
  const old: PostgresDatabase = {
    query: () => Promise.resolve([['f', 'f', 'f', '140011']]),
    reset: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const options = optionsOf({ server: 'h', database: 'd', user: 'u' });
  const sink = createPostgresSink(
    options,
    {},
    { ...env, remote: { ...env.remote, postgres: () => Promise.resolve(old) } },
  );
  const refused = await diagnosticOf(() => sink.open(1));
  expect(refused?.diagnostic.code).toBe('ESQL8671');
  expect(refused?.message).toContain('version 14');
});
