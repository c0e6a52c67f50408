/** Tokens and syntax trees as indented text, for `--emit tokens` and `--emit ast` and for tests. */
import type { IToken } from 'chevrotain';
import type { Node } from './ast.js';
import type { SourceFile } from './diagnostics/source.js';
import { childrenOf } from './visit.js';

export interface PrintAstOptions {
  /** `line:column` of each node; off where only the shape matters. */
  readonly positions: boolean;
}

/** One node a line: the key it stands under, its kind, and its own values. */
export function printAst(root: Node, options: PrintAstOptions = { positions: false }): string {
  const lines: string[] = [];
  printNode(root, '', 0, lines, options);
  return `${lines.join('\n')}\n`;
}

function printNode(node: Node, label: string, depth: number, lines: string[], options: PrintAstOptions): void {
  const children = new Set<unknown>(childrenOf(node));
  const values: string[] = [];
  const below: { readonly label: string; readonly node: Node }[] = [];
  for (const [key, value] of Object.entries(node) as [string, unknown][]) {
    if (key === 'kind' || key === 'span' || value === undefined || value === false) continue;
    const items = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    const isNode = (item: unknown): item is Node => children.has(item);
    const nodes = items.filter(isNode);
    if (items.length === 0) continue;
    if (nodes.length === 0) values.push(value === true ? key : `${key}=${printValue(value)}`);
    else below.push(...nodes.map((child) => ({ label: Array.isArray(value) ? `${key}[]` : key, node: child })));
  }
  const position = node.span.file.position(node.span.start);
  const place = options.positions ? ` @${String(position.line)}:${String(position.column)}` : '';
  const head = [label === '' ? '' : `${label}:`, node.kind, ...values].filter((part) => part !== '').join(' ');
  lines.push(`${'  '.repeat(depth)}${head}${place}`);
  for (const child of below) printNode(child.node, child.label, depth + 1, lines, options);
}

function printValue(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** One token a line: its place, its type, its text. */
export function printTokens(file: SourceFile, tokens: readonly IToken[]): string {
  const rows = tokens.map((token) => {
    const { line, column } = file.position(token.startOffset);
    return `${`${String(line)}:${String(column)}`.padEnd(8)}${token.tokenType.name.padEnd(18)}${JSON.stringify(token.image)}`;
  });
  return rows.map((row) => `${row}\n`).join('');
}
