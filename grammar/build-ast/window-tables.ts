/**
 * Window functions in FROM. Positions and names of arguments are settled here, with the spellings of other systems:
 * `TABLE t`, `DESCRIPTOR(ts)`, `DATA =>`, `TIMECOL =>`.
 */
import type { DerivedTable, Expression, TableAlias, TableReference, WindowTable } from '../ast.js';
import type { TableArgumentCstNode, TableFunctionCstNode } from '../cst.generated.js';
import type { Span } from '../diagnostics/source.js';
import { nearest } from '../diagnostics/suggest.js';
import { syntaxDiagnostic } from '../messages.js';
import { identifier, only, spanOf, spanOfToken, type Builder } from './builder.js';

type WindowFunction = 'TUMBLE' | 'HOP' | 'SESSION' | 'CUMULATE';
type Role = 'input' | 'time' | 'size' | 'slide' | 'gap' | 'step' | 'offset';

/** Roles by position, and how each function is written. */
const functions: Readonly<Record<WindowFunction, { readonly roles: readonly Role[]; readonly example: string }>> = {
  TUMBLE: { roles: ['input', 'time', 'size', 'offset'], example: 'TUMBLE(orders, ts, 1m)' },
  HOP: { roles: ['input', 'time', 'slide', 'size', 'offset'], example: 'HOP(orders, ts, SIZE => 10s, SLIDE => 2s)' },
  SESSION: { roles: ['input', 'time', 'gap'], example: 'SESSION(orders PARTITION BY user_id, ts, 5m)' },
  CUMULATE: {
    roles: ['input', 'time', 'step', 'size', 'offset'],
    example: 'CUMULATE(orders, ts, STEP => 10m, SIZE => 1h)',
  },
};

const roleOfName: Readonly<Record<string, Role>> = {
  data: 'input',
  input: 'input',
  timecol: 'time',
  time: 'time',
  on_time: 'time',
  size: 'size',
  slide: 'slide',
  gap: 'gap',
  step: 'step',
  offset: 'offset',
};

export function isWindowFunction(word: string): boolean {
  return Object.hasOwn(functions, word.toUpperCase());
}

interface Arguments {
  readonly byRole: Map<Role, TableArgumentCstNode>;
  /** Further keys of `SESSION(t PARTITION BY a, b, ts, gap)`, which stand where positions are counted. */
  readonly morePartitionKeys: readonly TableArgumentCstNode[];
  /** Whether an argument has a name that is none; what is missing is then probably that one. */
  readonly misnamed: boolean;
}

export function buildWindowTable(
  b: Builder,
  node: TableFunctionCstNode,
  span: Span,
  alias: TableAlias | undefined,
): WindowTable {
  const token = only(node.children.Name);
  const name = token.image.toUpperCase() as WindowFunction;
  const { example } = functions[name];
  const malformed = (problem: string, at: Span): void => {
    b.report(syntaxDiagnostic('ESQL1024', { problem }, { span: at, hint: `Write ${example}.` }));
  };
  const { byRole, morePartitionKeys, misnamed } = assignRoles(b, name, node.children.tableArgument ?? [], malformed);
  for (const role of functions[name].roles) {
    if (role !== 'offset' && !byRole.has(role) && !misnamed)
      malformed(`${name} has no ${roleLabels[role]}`, spanOfToken(b, token));
  }
  const inputNode = byRole.get('input');
  const value = (role: Role): Expression => {
    const argument = byRole.get(role)?.children.expression?.[0];
    return argument === undefined ? { kind: 'NullLiteral', span: spanOfToken(b, token) } : b.expression(argument);
  };
  const base = {
    span,
    input: buildInput(b, inputNode, malformed) ?? missingInput(spanOfToken(b, token)),
    partitionBy: [
      ...partitionKeys(b, inputNode),
      ...morePartitionKeys.map((key) => b.expression(only(key.children.expression))),
    ],
    time: unwrapDescriptor(value('time'), malformed),
    offset: byRole.has('offset') ? value('offset') : undefined,
    alias,
  };
  switch (name) {
    case 'TUMBLE':
      return { kind: 'TumbleTable', ...base, size: value('size') };
    case 'HOP':
      return { kind: 'HopTable', ...base, size: value('size'), slide: value('slide') };
    case 'SESSION':
      return { kind: 'SessionTable', ...base, gap: value('gap') };
    case 'CUMULATE':
      return { kind: 'CumulateTable', ...base, size: value('size'), step: value('step') };
  }
}

const roleLabels: Readonly<Record<Role, string>> = {
  input: 'input table',
  time: 'time column',
  size: 'SIZE',
  slide: 'SLIDE',
  gap: 'gap',
  step: 'STEP',
  offset: 'OFFSET',
};

type Malformed = (problem: string, at: Span) => void;

function assignRoles(
  b: Builder,
  name: WindowFunction,
  nodes: readonly TableArgumentCstNode[],
  malformed: Malformed,
): Arguments {
  const { roles } = functions[name];
  const byRole = new Map<Role, TableArgumentCstNode>();
  let positional = nodes.filter((node) => node.children.AnyWord === undefined);
  let misnamed = false;
  let morePartitionKeys: readonly TableArgumentCstNode[] = [];
  const surplus = positional.length - roles.length;
  if (name === 'SESSION' && surplus > 0 && positional[0]?.children.PARTITION !== undefined) {
    morePartitionKeys = positional.slice(1, 1 + surplus);
    positional = [...positional.slice(0, 1), ...positional.slice(1 + surplus)];
  }
  positional.forEach((node, index) => {
    const role = roles[index];
    if (role === undefined) malformed(`${name} takes no argument here`, spanOf(b, node));
    else byRole.set(role, node);
  });
  for (const node of nodes) {
    const word = node.children.AnyWord?.[0];
    if (word !== undefined) {
      const role = roleOfName[word.image.toLowerCase()];
      if (role === undefined || !roles.includes(role)) {
        misnamed = true;
        const meant = nearest(
          word.image,
          roles.slice(2).map((r) => r.toUpperCase()),
        );
        const suffix = meant === undefined ? '' : `, \`${meant}\` might be meant`;
        malformed(`${name} has no argument \`${word.image}\`${suffix}`, spanOfToken(b, word));
      } else if (byRole.has(role)) malformed(`${roleLabels[role]} is given twice`, spanOf(b, node));
      else byRole.set(role, node);
    }
  }
  for (const [role, node] of byRole) {
    if (role !== 'input' && (node.children.TABLE !== undefined || node.children.PARTITION !== undefined)) {
      malformed('TABLE and PARTITION BY belong to the first argument', spanOf(b, node));
    }
  }
  return { byRole, morePartitionKeys, misnamed };
}

function missingInput(span: Span): TableReference {
  const name = { kind: 'Identifier', span, name: '', quoted: false } as const;
  return { kind: 'TableReference', span, name, asOf: undefined, alias: undefined };
}

function buildInput(
  b: Builder,
  node: TableArgumentCstNode | undefined,
  malformed: Malformed,
): TableReference | DerivedTable | undefined {
  if (node === undefined) return undefined;
  const c = node.children;
  const table = c.TABLE === undefined ? undefined : c.Name?.[0];
  if (table !== undefined) {
    const span = spanOfToken(b, table);
    return { kind: 'TableReference', span, name: identifier(b, table), asOf: undefined, alias: undefined };
  }
  const value = b.expression(only(c.expression));
  if (value.kind === 'ColumnReference' && value.parts.length === 1) {
    return { kind: 'TableReference', span: value.span, name: only(value.parts), asOf: undefined, alias: undefined };
  }
  if (value.kind === 'ScalarSubquery') {
    return { kind: 'DerivedTable', span: value.span, lateral: false, query: value.query, alias: undefined };
  }
  malformed('the first argument is a table or a query in parentheses', value.span);
  return undefined;
}

/** `PARTITION BY a` or `PARTITION BY (a, b)`. */
function partitionKeys(b: Builder, node: TableArgumentCstNode | undefined): readonly Expression[] {
  if (node?.children.PARTITION === undefined) return [];
  const keys = b.expression(only(node.children.expression?.slice(-1)));
  return keys.kind === 'RowConstructor' ? keys.items : [keys];
}

/** `DESCRIPTOR(ts)` is how the standard names a column in an argument. */
function unwrapDescriptor(value: Expression, malformed: Malformed): Expression {
  if (value.kind !== 'FunctionCall' || value.name.name !== 'descriptor') return value;
  const [column] = value.arguments;
  if (value.arguments.length === 1 && column?.kind === 'ColumnReference') return column;
  malformed('DESCRIPTOR names one column', value.span);
  return value;
}
