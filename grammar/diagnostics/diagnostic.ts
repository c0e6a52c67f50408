/**
 * Diagnostics are data: a code, a severity, a fixed title, parameters and places. Text is rendered last (render.ts).
 *
 * Each area keeps one table of its codes and makes a typed constructor from it with `diagnosticsFrom`: a code that is
 * not in the table, or a parameter its message does not have, does not compile.
 */
import type { Span } from './source.js';

export type Severity = 'error' | 'warning' | 'note';

/** `ESQL` and four digits; the first digit is the area (1 syntax … 8 running). */
export type DiagnosticCode = `ESQL${number}`;

export interface RelatedPlace {
  readonly span: Span;
  readonly label: string;
}

/** A replacement of source text that mends the problem. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** A fixed noun phrase, the same for every occurrence of the code. */
  readonly title: string;
  /** What is wrong here, in one line; drawn beside the caret when there is a span. */
  readonly label: string;
  /** Absent where the problem is not in query text (a checkpoint, the command line). */
  readonly span?: Span;
  /** A place outside query text: `data.jsonl:12`, `--checkpoint-dir`, a checkpoint object's name. */
  readonly place?: string;
  readonly related: readonly RelatedPlace[];
  /** Paragraphs of facts: what was expected, what was found, what there is to choose from. */
  readonly facts: readonly string[];
  /** At most one next step. */
  readonly hint?: string;
  readonly fix?: Fix;
}

export interface DiagnosticExtras {
  readonly span?: Span | undefined;
  readonly place?: string | undefined;
  readonly related?: readonly RelatedPlace[] | undefined;
  readonly facts?: readonly string[] | undefined;
  readonly hint?: string | undefined;
  readonly fix?: Fix | undefined;
}

export interface MessageTemplate<P> {
  readonly severity: Severity;
  readonly title: string;
  readonly label: (parameters: P) => string;
}

export function message<P = Record<string, never>>(
  severity: Severity,
  title: string,
  label: (parameters: P) => string,
): MessageTemplate<P> {
  return { severity, title, label };
}

type ParametersOf<T> = T extends MessageTemplate<infer P> ? P : never;

/** A constructor of diagnostics whose code and parameters are checked against `table`. */
export function diagnosticsFrom<T extends Readonly<Record<DiagnosticCode, MessageTemplate<never>>>>(table: T) {
  return <C extends keyof T & DiagnosticCode>(
    code: C,
    parameters: ParametersOf<T[C]>,
    extras: DiagnosticExtras = {},
  ): Diagnostic => {
    const template = table[code] as unknown as MessageTemplate<ParametersOf<T[C]>>;
    return {
      code,
      severity: template.severity,
      title: template.title,
      label: template.label(parameters),
      related: extras.related ?? [],
      facts: extras.facts ?? [],
      ...(extras.span === undefined ? {} : { span: extras.span }),
      ...(extras.place === undefined ? {} : { place: extras.place }),
      ...(extras.hint === undefined ? {} : { hint: extras.hint }),
      ...(extras.fix === undefined ? {} : { fix: extras.fix }),
    };
  };
}

/** The same as errors to throw, for I/O edges that cannot return a diagnostic. */
export function errorsFrom<T extends Readonly<Record<DiagnosticCode, MessageTemplate<never>>>>(table: T) {
  const diagnostic = diagnosticsFrom(table);
  return <C extends keyof T & DiagnosticCode>(
    code: C,
    parameters: ParametersOf<T[C]>,
    extras: DiagnosticExtras & { readonly cause?: unknown } = {},
  ): DiagnosticError => {
    const { cause, ...rest } = extras;
    return new DiagnosticError(diagnostic(code, parameters, rest), cause === undefined ? undefined : { cause });
  };
}

/** Collects what a stage finds. A stage never throws for a user's mistake: it reports here and goes on. */
export interface DiagnosticSink {
  report(diagnostic: Diagnostic): void;
}

export class DiagnosticList implements DiagnosticSink {
  readonly #items: Diagnostic[] = [];

  report(diagnostic: Diagnostic): void {
    this.#items.push(diagnostic);
  }

  get hasErrors(): boolean {
    return this.#items.some((d) => d.severity === 'error');
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** All diagnostics, in order of file, place and code, without exact repetitions. */
  sorted(): readonly Diagnostic[] {
    const key = (d: Diagnostic): string =>
      `${d.span?.file.path ?? ''}\u0000${String(d.span?.start ?? -1)}\u0000${d.code}\u0000${d.label}`;
    const seen = new Set<string>();
    return this.#items
      .filter((d) => !seen.has(key(d)) && seen.add(key(d)))
      .sort(
        (a, b) =>
          compare(a.span?.file.path ?? '', b.span?.file.path ?? '') ||
          (a.span?.start ?? -1) - (b.span?.start ?? -1) ||
          compare(a.code, b.code),
      );
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The one exception that carries a diagnostic, for code that cannot return one: I/O edges of the runtime and the
 * command line. Compiler stages report to a `DiagnosticSink` instead.
 */
export class DiagnosticError extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic, options?: ErrorOptions) {
    super(`${diagnostic.code}: ${diagnostic.title}: ${diagnostic.label}`, options);
    this.name = 'DiagnosticError';
    this.diagnostic = diagnostic;
  }
}
