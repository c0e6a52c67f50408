/** Diagnostics as framed text for people and as JSON for tools. */
import type { Diagnostic, Severity } from './diagnostic.js';
import type { Span } from './source.js';

export interface RenderOptions {
  /** ANSI colours; off unless the output is a terminal. */
  readonly colour: boolean;
}

const CODES = { error: '31', warning: '33', note: '36', dim: '2', bold: '1' } as const;

/** One diagnostic, ending with a line break. Control characters of the source never reach the terminal. */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions = { colour: false }): string {
  const paint = (style: keyof typeof CODES, text: string): string =>
    options.colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
  const lines: string[] = [
    `${paint(diagnostic.severity, `${diagnostic.severity} ${diagnostic.code}`)}: ${paint('bold', diagnostic.title)}`,
    '',
  ];
  if (diagnostic.span !== undefined) {
    lines.push(...frame(diagnostic, diagnostic.span, diagnostic.severity, paint), '');
  } else {
    if (diagnostic.place !== undefined) lines.push(`  ${printable(diagnostic.place)}`);
    lines.push(`  ${printable(diagnostic.label)}`, '');
  }
  for (const fact of diagnostic.facts)
    lines.push(
      ...printable(fact)
        .split('\n')
        .map((line) => `  ${line}`),
    );
  if (diagnostic.hint !== undefined) lines.push(`  Hint: ${printable(diagnostic.hint)}`);
  while (lines.at(-1) === '') lines.pop();
  return `${lines.join('\n')}\n`;
}

function frame(
  diagnostic: Diagnostic,
  primary: Span,
  severity: Severity,
  paint: (style: keyof typeof CODES, text: string) => string,
): string[] {
  const places = [
    { span: primary, label: diagnostic.label, mark: '^' },
    ...diagnostic.related.map((place) => ({ ...place, mark: '─' })),
  ];
  const width = String(Math.max(...places.map((p) => p.span.file.position(p.span.start).line))).length;
  const lines: string[] = [];
  let file = '';
  places.forEach((place, index) => {
    const start = place.span.file.position(place.span.start);
    if (place.span.file.path !== file) {
      file = place.span.file.path;
      lines.push(`  ${printable(file)}:${String(start.line)}:${String(start.column)}`);
    } else if (index > 0) {
      lines.push(`  ${paint('dim', '…')}`);
    }
    const { text, column, length } = visibleLine(place.span, start.line, start.column);
    const gutter = String(start.line).padStart(width);
    lines.push(`  ${paint('dim', `${gutter} │`)} ${text}`);
    lines.push(
      `  ${paint('dim', `${' '.repeat(width)} │`)} ${' '.repeat(column)}${paint(
        index === 0 ? severity : 'dim',
        `${place.mark.repeat(length)} ${printable(place.label)}`,
      )}`,
    );
  });
  return lines;
}

const LINE_WIDTH_MAX = 110;

/** The line around a span, cut to a readable width, and where in it the marks go. */
function visibleLine(span: Span, line: number, column: number): { text: string; column: number; length: number } {
  const full = span.file.lineText(line);
  const spanLength = Math.max(1, Math.min(span.end - span.start, full.length - (column - 1)));
  let cutStart = 0;
  if (full.length > LINE_WIDTH_MAX && column > LINE_WIDTH_MAX - 30) cutStart = column - 40;
  const cut = full.slice(cutStart, cutStart + LINE_WIDTH_MAX);
  const text = `${cutStart > 0 ? '…' : ''}${printable(cut)}${cutStart + LINE_WIDTH_MAX < full.length ? '…' : ''}`;
  const start = column - 1 - cutStart + (cutStart > 0 ? 1 : 0);
  return { text, column: start, length: Math.max(1, Math.min(spanLength, text.length - start)) };
}

/** Tabs become blanks, other control characters (and ANSI escapes with them) become `·`. */
function printable(text: string): string {
  return text.replaceAll('\t', ' ').replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/gu, '·');
}

export interface DiagnosticJson {
  readonly code: string;
  readonly severity: Severity;
  readonly title: string;
  readonly label: string;
  readonly place?: {
    readonly path: string;
    readonly line: number;
    readonly column: number;
    readonly endLine: number;
    readonly endColumn: number;
  };
  readonly where?: string;
  readonly facts: readonly string[];
  readonly hint?: string;
}

export function diagnosticToJson(diagnostic: Diagnostic): DiagnosticJson {
  const span = diagnostic.span;
  const start = span?.file.position(span.start);
  const end = span?.file.position(span.end);
  return {
    code: diagnostic.code,
    severity: diagnostic.severity,
    title: diagnostic.title,
    label: diagnostic.label,
    ...(span !== undefined && start !== undefined && end !== undefined
      ? {
          place: {
            path: span.file.path,
            line: start.line,
            column: start.column,
            endLine: end.line,
            endColumn: end.column,
          },
        }
      : {}),
    ...(diagnostic.place === undefined ? {} : { where: diagnostic.place }),
    facts: diagnostic.facts,
    ...(diagnostic.hint === undefined ? {} : { hint: diagnostic.hint }),
  };
}
