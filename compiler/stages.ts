/** Every stage as text: what `esql compile --emit` prints and golden files hold. */
import type { Node } from '../grammar/ast.js';
import { DiagnosticList } from '../grammar/diagnostics/diagnostic.js';
import { lex } from '../grammar/lexer.js';
import { parse } from '../grammar/parse.js';
import { planToDot } from '../plan/dot.js';
import { encodePlan } from '../plan/encode.js';
import { explainPlan } from '../plan/explain.js';
import type { Compilation } from './compile.js';
import { logicalToText } from './logical/print.js';
import { typedToText } from './typed-print.js';

/** `text` is absent where the stage was not reached. */
export const stages = {
  tokens: tokensText,
  ast: astText,
  typed: (compilation) => typedToText(compilation.typed),
  logical: (compilation) => logicalToText(compilation.logical),
  optimised: ({ optimised }) => (optimised === undefined ? undefined : logicalToText(optimised)),
  plan: ({ plan }) => (plan === undefined ? undefined : encodePlan(plan)),
  explain: ({ plan }) => (plan === undefined ? undefined : explainPlan(plan)),
  dot: ({ plan }) => (plan === undefined ? undefined : planToDot(plan)),
} as const satisfies Record<string, (compilation: Compilation) => string | undefined>;

export type Stage = keyof typeof stages;

export function isStage(name: string): name is Stage {
  return Object.hasOwn(stages, name);
}

export function emitStage(compilation: Compilation, stage: Stage): string | undefined {
  return stages[stage](compilation);
}

function tokensText({ files }: Compilation): string {
  return files
    .map((file) =>
      lex(file, new DiagnosticList())
        .tokens.map((token) => {
          const { line, column } = file.position(token.startOffset);
          return `${line}:${column} ${token.tokenType.name} ${JSON.stringify(token.image)}\n`;
        })
        .join(''),
    )
    .join('');
}

/** The tree as JSON; a span is `line:column-line:column`. */
function astText({ files }: Compilation): string {
  return files.map((file) => `${JSON.stringify(parse(file, new DiagnosticList()), astReplacer, 2)}\n`).join('');
}

function astReplacer(key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (key !== 'span') return value;
  // Every `span` of the tree is one; JSON.stringify only knows `unknown`.
  const { file, start, end } = value as Node['span'];
  const from = file.position(start);
  const to = file.position(end);
  return `${from.line}:${from.column}-${to.line}:${to.column}`;
}
