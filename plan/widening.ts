/**
 * Implicit widening: INT → BIGINT → DECIMAL → DOUBLE, DATE → TIMESTAMP → TIMESTAMPTZ. What it does not cover needs
 * CAST.
 */
import { decimal, PRECISION_MAX, typesEqual, type SqlType, type TypeKind } from './types.js';

/** Every INT is a DECIMAL(10,0), every BIGINT a DECIMAL(19,0). */
const DIGITS_OF_INT = 10;
const DIGITS_OF_BIGINT = 19;

const NUMBERS: readonly TypeKind[] = ['int', 'bigint', 'decimal', 'double'];
const TIMES: readonly TypeKind[] = ['date', 'timestamp', 'timestamptz'];

/**
 * How many steps of widening lead from one kind to another: 0 for the same kind, undefined where only a CAST does.
 * A DECIMAL reaches DOUBLE with rounding, as in PostgreSQL.
 */
export function wideningSteps(from: TypeKind, to: TypeKind): number | undefined {
  if (from === to) return 0;
  for (const ladder of [NUMBERS, TIMES]) {
    const start = ladder.indexOf(from);
    const end = ladder.indexOf(to);
    if (start >= 0 && end > start) return end - start;
  }
  return undefined;
}

/** The DECIMAL that holds every value of a whole-number type, and a DECIMAL itself; undefined for other types. */
export function asDecimal(type: SqlType): (SqlType & { readonly kind: 'decimal' }) | undefined {
  if (type.kind === 'decimal') return type;
  if (type.kind === 'int') return { kind: 'decimal', precision: DIGITS_OF_INT, scale: 0 };
  if (type.kind === 'bigint') return { kind: 'decimal', precision: DIGITS_OF_BIGINT, scale: 0 };
  return undefined;
}

/** `type` brought to `kind` by widening, or undefined. */
export function widenTo(type: SqlType, kind: TypeKind): SqlType | undefined {
  if (type.kind === kind) return type;
  if (wideningSteps(type.kind, kind) === undefined) return undefined;
  if (kind === 'decimal') return asDecimal(type);
  return typeOfKind(kind);
}

/** A type of this kind where nothing more is known: an untyped NULL, for example. */
export function typeOfKind(kind: TypeKind): SqlType {
  if (kind === 'decimal') return decimal(PRECISION_MAX, 0);
  if (kind === 'interval') return { kind, unit: 'microsecond' };
  return { kind };
}

/**
 * The type both sides of a comparison, the branches of a CASE or the members of a list are brought to; undefined where
 * none exists without CAST. Decimals keep all digits before and after the point as far as 38 digits allow; what does
 * not fit is taken from the scale.
 */
export function commonType(a: SqlType, b: SqlType): SqlType | undefined {
  if (typesEqual(a, b)) return a;
  if (a.kind === 'interval' || b.kind === 'interval') return undefined;
  const up = wideningSteps(a.kind, b.kind);
  const down = wideningSteps(b.kind, a.kind);
  if (up === undefined && down === undefined) return undefined;
  const kind = up === undefined ? a.kind : b.kind;
  if (kind !== 'decimal') return typeOfKind(kind);
  const left = asDecimal(a);
  const right = asDecimal(b);
  if (left === undefined || right === undefined) return undefined;
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale);
  const scale = Math.min(Math.max(left.scale, right.scale), PRECISION_MAX - whole);
  return decimal(whole + scale, scale);
}
