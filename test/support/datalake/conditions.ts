/** `If-Match` and its kin, for the path itself and, with the prefix of a rename, for its source. */
import type { Call } from './call.js';
import { invalidHeader } from './call.js';
import { ServiceError } from './errors.js';

export interface Subject {
  /** Without quotes. */
  readonly etag: string;
  readonly modified_ms: number;
}

/**
 * `exists`: `If-None-Match: *` on something that is there, which has codes of its own. `unchanged`: a reader's copy is
 * still good (304). `refused`: all else.
 */
export type Verdict = 'met' | 'exists' | 'unchanged' | 'refused';

const unquoted = (etag: string): string => etag.replace(/^"(.*)"$/u, '$1');

function date(call: Call, name: string): number | undefined {
  const text = call.header(name);
  if (text === undefined) return undefined;
  const time_ms = Date.parse(text);
  if (Number.isNaN(time_ms)) throw invalidHeader(name, text);
  return time_ms;
}

/** Dates are compared in whole seconds: what was modified at the very second has not been modified since. */
export function verdictOf(call: Call, subject: Subject | undefined, prefix: '' | 'x-ms-source-' = ''): Verdict {
  const match = call.header(`${prefix}if-match`);
  const noneMatch = call.header(`${prefix}if-none-match`);
  const modifiedSince_ms = date(call, `${prefix}if-modified-since`);
  const unmodifiedSince_ms = date(call, `${prefix}if-unmodified-since`);
  const isContradiction =
    (match !== undefined && (noneMatch !== undefined || modifiedSince_ms !== undefined)) ||
    (unmodifiedSince_ms !== undefined && (noneMatch !== undefined || modifiedSince_ms !== undefined));
  if (isContradiction) throw new ServiceError('MultipleConditionHeadersNotSupported');
  if (subject === undefined) return match === undefined ? 'met' : 'refused';
  const modified_s = Math.floor(subject.modified_ms / 1000);
  if (match !== undefined && match !== '*' && unquoted(match) !== subject.etag) return 'refused';
  if (unmodifiedSince_ms !== undefined && modified_s > Math.floor(unmodifiedSince_ms / 1000)) return 'refused';
  if (noneMatch === '*') return 'exists';
  if (noneMatch !== undefined && unquoted(noneMatch) === subject.etag) return 'unchanged';
  const isUnmodified = modifiedSince_ms !== undefined && modified_s <= Math.floor(modifiedSince_ms / 1000);
  return isUnmodified ? 'unchanged' : 'met';
}

/** For writes to what exists: everything but `met` is the same refusal. */
export function requireMet(call: Call, subject: Subject): void {
  if (verdictOf(call, subject) !== 'met') throw new ServiceError('ConditionNotMet');
}

/** For reads: a copy that is still good is a 304. */
export function requireReadable(call: Call, subject: Subject): void {
  const verdict = verdictOf(call, subject);
  if (verdict === 'refused') throw new ServiceError('ConditionNotMet');
  if (verdict !== 'met') throw new ServiceError('ConditionNotMet', { status: 304 });
}
