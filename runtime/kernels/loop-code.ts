/**
 * The text of one generated loop while it is being written. Only names made here, operators and digits of indices get
 * into it: constants and everything that came from a query go through arrays.
 */
import { physicalKind, type PhysicalKind } from '../columns/column.js';
import { encodeUtf8 } from '../../plan/utf8.js';
import type { Expression } from '../../plan/expression.js';
import type { SqlType } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';

/** Bytes on a heap: expressions of the generated code. */
export interface SliceCode {
  readonly heap: string;
  readonly start: string;
  readonly length: string;
}

/**
 * A value within one row: JavaScript expressions without side effects. `code` is a boolean, number, bigint (within 64
 * bits), string or Uint8Array; for bytes there may be a `slice` instead or besides.
 */
export interface Emitted {
  /** True where the value is NULL; null = it never is. */
  readonly isNull: string | null;
  readonly code: string | null;
  readonly slice: SliceCode | null;
}

/** How a value is held in generated code. DECIMALs of any precision are bigints: loops give up rows beyond 64 bits. */
export type Form = 'boolean' | 'number' | 'long' | 'bytes';

export function formOf(type: SqlType): Form {
  const kind = physicalKind(type);
  switch (kind) {
    case 'u8':
      return 'boolean';
    case 'i32':
    case 'f64':
      return 'number';
    case 'i64':
    case 'i128':
      return 'long';
    case 'bytes':
      return 'bytes';
  }
}

/** Where the branches of a CASE and values behind a NULL test put what they computed. */
export interface Home {
  readonly form: Form;
  readonly isNull: string | null;
  readonly emitted: Emitted;
}

/** Leaves the loop at the current row: the interpreter takes it. */
export const BAIL = 'break loop;';

export class LoopCode {
  /** Whether input columns may hold NULLs; without them the loop has no test at all. */
  readonly nulls: boolean;
  readonly longs: bigint[] = [];
  readonly ints: number[] = [];
  readonly doubles: number[] = [];
  readonly objects: unknown[] = [];
  readonly literalBytes: number[] = [];
  /** Index of an input column to its number among those the loop reads. */
  readonly columns = new Map<number, number>();
  readonly columnKinds: PhysicalKind[] = [];
  /** Sites of RANDOM() and UUID(). */
  readonly sites: string[] = [];
  /** Columns a projection writes: `w0` is the first column, `o0` its values. */
  readonly outputs: PhysicalKind[] = [];
  slotCount = 0;
  /** Whether something in the loop throws `RecordError`. */
  throws = false;
  readonly #lines: string[] = [];
  readonly #scopes: Map<string, Emitted>[] = [new Map<string, Emitted>()];
  #names = 0;

  readonly #emit: (expression: Expression, code: LoopCode) => Emitted;

  /**
   * `emit` is loop-expression.ts's: handlers of its table reach it through here, so that files don't import in a
   * circle.
   */
  constructor(nulls: boolean, emit: (expression: Expression, code: LoopCode) => Emitted) {
    this.nulls = nulls;
    this.#emit = emit;
  }

  /** Writes the statements that compute an expression and says where its value is afterwards. */
  emit(expression: Expression): Emitted {
    return this.#emit(expression, this);
  }

  get body(): string {
    return this.#lines.join('\n');
  }

  line(text: string): void {
    this.#lines.push(text);
  }

  /** Starts a block; what is computed in it is not seen behind it. */
  open(header: string): void {
    this.line(`${header} {`);
    this.#scopes.push(new Map<string, Emitted>());
  }

  close(): void {
    this.#scopes.pop();
    this.line('}');
  }

  /** A common subexpression that was computed on every way to this place. */
  known(key: string): Emitted | undefined {
    for (const scope of this.#scopes) {
      const found = scope.get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  remember(key: string, emitted: Emitted): void {
    this.#scopes.at(-1)?.set(key, emitted);
  }

  name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  constant(prefix: string, code: string): string {
    const name = this.name(prefix);
    this.line(`const ${name} = ${code};`);
    return name;
  }

  /** A 64-bit constant: a load from a BigInt64Array, which V8 takes as a machine word; a literal would be boxed. */
  long(value: bigint): string {
    return `K[${indexOf(this.longs, value)}]`;
  }

  int(value: number): string {
    return `I[${indexOf(this.ints, value)}]`;
  }

  double(value: number): string {
    this.doubles.push(value);
    return `D[${this.doubles.length - 1}]`;
  }

  object(value: unknown): string {
    return `g${indexOf(this.objects, value)}`;
  }

  /** A place for one bigint: a typed array element stays unboxed where a variable of two origins would not. */
  slot(): string {
    this.slotCount += 1;
    return `T[${this.slotCount - 1}]`;
  }

  /** The number of an input column in the loop: `c3` has its values (or `h3`, `p3`, `l3`), `m3` its validity. */
  column(index: number, kind: PhysicalKind): number {
    const known = this.columns.get(index);
    if (known !== undefined) return known;
    this.columns.set(index, this.columns.size);
    this.columnKinds.push(kind);
    return this.columns.size - 1;
  }

  addOutput(type: SqlType): PhysicalKind {
    const kind = physicalKind(type);
    this.outputs.push(kind);
    return kind;
  }

  bailIf(condition: string): void {
    this.line(`if (${condition}) ${BAIL}`);
  }

  /** A value that is known now. */
  constantValue(value: Value, type: SqlType): Emitted {
    if (value === null) return { ...this.emptyValue(type), isNull: 'true' };
    if (typeof value === 'boolean') return plain(value ? 'true' : 'false');
    if (typeof value === 'number') return plain(physicalKind(type) === 'i32' ? this.int(value) : this.double(value));
    if (typeof value === 'bigint') {
      if (BigInt.asIntN(64, value) !== value) {
        this.line(`if (true) ${BAIL}`);
        return plain(this.long(0n));
      }
      return plain(this.long(value));
    }
    const bytes = typeof value === 'string' ? encodeUtf8(value) : value;
    const start = this.literalBytes.length;
    for (const byte of bytes) this.literalBytes.push(byte);
    return {
      isNull: null,
      code: this.object(value),
      slice: { heap: 'LITERALS', start: String(start), length: String(bytes.length) },
    };
  }

  /** Some value of the type, for under a NULL. */
  emptyValue(type: SqlType): Emitted {
    switch (formOf(type)) {
      case 'boolean':
        return plain('false');
      case 'number':
        return plain('0');
      case 'long':
        return plain(this.long(0n));
      case 'bytes':
        return this.constantValue(type.kind === 'varbinary' ? new Uint8Array(0) : '', type);
    }
  }

  /** Declares a home; `asSlice` decides for bytes which of the two forms it has. */
  home(type: SqlType, nullable: boolean, asSlice: boolean): Home {
    const form = formOf(type);
    const isNull = nullable ? this.name('n') : null;
    if (isNull !== null) this.line(`let ${isNull} = false;`);
    if (form === 'long') return { form, isNull, emitted: { isNull, code: this.slot(), slice: null } };
    if (form === 'bytes' && asSlice) {
      const name = this.name('b');
      this.line(`let ${name}h = LITERALS, ${name}s = 0, ${name}l = 0;`);
      const slice = { heap: `${name}h`, start: `${name}s`, length: `${name}l` };
      return { form, isNull, emitted: { isNull, code: null, slice } };
    }
    const name = this.name('v');
    const initial = form === 'boolean' ? 'false' : form === 'number' ? '0' : this.emptyValue(type).code;
    this.line(`let ${name} = ${initial ?? ''};`);
    return { form, isNull, emitted: { isNull, code: name, slice: null } };
  }

  /** Puts a value into a home. */
  assign(home: Home, value: Emitted, type: SqlType): void {
    if (value.isNull !== null && home.isNull !== null) {
      this.line(`${home.isNull} = ${value.isNull};`);
      if (value.isNull === 'true') return;
      this.line(`if (!${home.isNull}) {`);
      this.#assignPresent(home, value, type);
      this.line('}');
      return;
    }
    if (home.isNull !== null) this.line(`${home.isNull} = false;`);
    this.#assignPresent(home, value, type);
  }

  #assignPresent(home: Home, value: Emitted, type: SqlType): void {
    const target = home.emitted;
    if (target.slice !== null && value.slice !== null) {
      const { heap, start, length } = value.slice;
      this.line(
        `${target.slice.heap} = ${heap}; ${target.slice.start} = ${start}; ${target.slice.length} = ${length};`,
      );
      return;
    }
    this.line(`${target.code ?? ''} = ${this.plainCode(value, type)};`);
  }

  /** The value as JavaScript has it; bytes are decoded or copied. */
  plainCode(value: Emitted, type: SqlType): string {
    if (value.code !== null) return value.code;
    if (value.slice === null) return 'null';
    const { heap, start, length } = value.slice;
    return type.kind === 'varbinary'
      ? `${heap}.slice(${start}, ${start} + ${length})`
      : `H.decodeUtf8(${heap}, ${start}, ${length})`;
  }
}

export function plain(code: string): Emitted {
  return { isNull: null, code, slice: null };
}

function indexOf<T>(list: T[], value: T): number {
  const known = list.indexOf(value);
  if (known >= 0) return known;
  list.push(value);
  return list.length - 1;
}

/** `a || b` of NULL tests. */
export function eitherNull(...tests: readonly (string | null)[]): string | null {
  const present = [...new Set(tests.filter((test) => test !== null))];
  if (present.includes('true')) return 'true';
  return present.length === 0 ? null : present.join(' || ');
}
