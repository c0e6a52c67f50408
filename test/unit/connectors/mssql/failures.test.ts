/** What an error of the server means for the job. */
import { describe, expect, it } from 'vitest';
import { encryptionOf } from '../../../../cli/host/mssql/encryption-guard.js';
import { mssqlError } from '../../../../cli/host/mssql/errors.js';
import { DiagnosticError } from '../../../../grammar/diagnostics/diagnostic.js';
import { databaseFailure } from '../../../../runtime/connectors/database/failures.js';
import { MssqlError } from '../../../../runtime/remote/mssql.js';

const HINTS = { login: 'Check the login.', refused: 'Look it up.' };
const server = (number: number, severity: number): MssqlError =>
  new MssqlError('server', 'it refuses', { number, severity, state: 1 });

describe('errors of the server', () => {
  it.each([
    20, 64, 121, 233, 1205, 1222, 3960, 4060, 4221, 10053, 10054, 10060, 10928, 10929, 40197, 40501, 40613, 41301,
    41302, 41305, 41325, 41839, 49918, 49919, 49920,
  ])('%i passes, whatever its severity', (number) => {
    expect(server(number, 11).passing).toBe(true);
  });

  it.each([
    [60_000, 16, false],
    [60_000, 17, true],
    [60_000, 20, true],
    [824, 24, false],
    [2627, 14, false],
    [51_001, 16, false],
  ])('%i of severity %i: passing is %s', (number, severity, passing) => {
    expect(server(number, severity).passing).toBe(passing);
  });

  it('have the facts in the message', () => {
    expect(server(2627, 14).message).toBe('it refuses (error 2627, severity 14, state 1)');
  });
});

describe('errors of the client', () => {
  const said = (error: unknown): MssqlError => {
    const found = mssqlError(error, null, false);
    if (!(found instanceof MssqlError)) throw new Error('expected an MssqlError', { cause: found });
    return found;
  };
  const withFields = (message: string, fields: object): Error => Object.assign(new Error(message), fields);

  it('show texts of the server only where these hold no data', () => {
    const key = withFields('Violation of UNIQUE KEY. The duplicate key value is (canary).', {
      code: 'EREQUEST',
      number: 2627,
      class: 14,
      state: 1,
    });
    expect(said(key).message).not.toContain('canary');
    expect(said(key).number).toBe(2627);
    const denied = withFields("The EXECUTE permission was denied on the object 'apply'.", {
      code: 'EREQUEST',
      number: 229,
      class: 14,
      state: 5,
    });
    expect(said(denied).message).toContain('EXECUTE permission');
  });

  it('are told apart', () => {
    expect(said(withFields('x', { code: 'ETIMEOUT' })).failure).toBe('timeout');
    expect(said(withFields('x', { code: 'ELOGIN' })).failure).toBe('login');
    const refused = withFields('x', { code: 'ESOCKET', cause: withFields('y', { code: 'ECONNREFUSED' }) });
    expect(said(refused)).toMatchObject({ failure: 'unreachable' });
    expect(said(refused).message).toContain('ECONNREFUSED');
    const certificate = withFields('x', {
      code: 'ESOCKET',
      cause: withFields('y', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    });
    expect(said(certificate).failure).toBe('certificate');
    expect(mssqlError(withFields('x', {}), null, true)).toMatchObject({ failure: 'plain' });
  });

  it('that are none pass unchanged', () => {
    const bug = new TypeError('bug');
    expect(mssqlError(bug, null, false)).toBe(bug);
    expect(databaseFailure(bug, 'testing', 'here', HINTS)).toBe(bug);
  });

  it('take the number that the server gave during a login', () => {
    const login = withFields('x', { code: 'ELOGIN' });
    expect(mssqlError(login, { number: 18456, severity: 14, state: 1 }, false)).toMatchObject({ failure: 'login' });
    expect(mssqlError(login, { number: 40613, severity: 17, state: 1 }, false)).toMatchObject({ passing: true });
  });
});

it.each([
  ['plain', 'ESQL8662'],
  ['certificate', 'ESQL8662'],
  ['login', 'ESQL8661'],
  ['unreachable', 'ESQL8660'],
  ['timeout', 'ESQL8660'],
] as const)('%s is %s', (failure, code) => {
  const found = databaseFailure(new MssqlError(failure, 'said', null), 'testing', 'here', HINTS);
  expect(found).toBeInstanceOf(DiagnosticError);
  expect(String(found)).toContain(code);
});

describe("the server's first answer", () => {
  const answer = (encryption: number): Buffer =>
    Buffer.from([4, 1, 0, 21, 0, 0, 1, 0, 0, 0, 11, 0, 1, 1, 0, 12, 0, 1, 0xff, 9, encryption]);

  it('says whether it encrypts', () => {
    for (const encryption of [0, 1, 2, 3]) expect(encryptionOf(answer(encryption))).toBe(encryption);
  });

  it('is waited for until it is complete', () => {
    const whole = answer(2);
    for (let length = 0; length < whole.length; length += 1) expect(encryptionOf(whole.subarray(0, length))).toBe(null);
  });

  it('without a word about it counts as none', () => {
    expect(encryptionOf(Buffer.from([4, 1, 0, 9, 0, 0, 1, 0, 0xff]))).toBe(-1);
  });
});
