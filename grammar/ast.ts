/**
 * The syntax tree: a closed union of read-only nodes `{ kind, span }`, and the table of their children.
 *
 * The table is a mapped type over the union: a node without an entry, an entry without one of the node's children, and
 * a key that is no child do not compile. The order of the keys is the order of the text where the text has one order.
 */
import type * as expressions from './ast/expressions.js';
import type * as names from './ast/names-and-types.js';
import type * as queries from './ast/queries.js';
import type * as statements from './ast/statements.js';

export type * from './ast/expressions.js';
export type * from './ast/names-and-types.js';
export type * from './ast/queries.js';
export type * from './ast/statements.js';

export type Node =
  | names.Identifier
  | names.TypeNode
  | names.RowField
  | expressions.Expression
  | expressions.CaseBranch
  | expressions.NamedArgument
  | expressions.Lambda
  | expressions.OrderItem
  | expressions.WindowSpecification
  | expressions.WindowFrame
  | expressions.FrameBound
  | expressions.MapEntry
  | queries.Query
  | queries.QueryBody
  | queries.CommonTable
  | queries.ValuesRow
  | queries.SelectItem
  | queries.GroupingElement
  | queries.NamedWindow
  | queries.TableAlias
  | queries.TableExpression
  | queries.EmitClause
  | statements.Script
  | statements.Statement
  | statements.TableElement
  | statements.Option
  | statements.OptionKey
  | statements.OptionValue
  | statements.FormatClause
  | statements.ErrorPolicy
  | statements.LatePolicy
  | statements.FunctionParameter
  | statements.StreamSettings
  | statements.WalSetting
  | statements.IntoClause;

export type NodeKind = Node['kind'];
export type NodeOf<K extends NodeKind> = Extract<Node, { readonly kind: K }>;

/** The keys of `N` that hold a node or a list of nodes. */
export type ChildKey<N extends Node> = {
  [P in keyof N]-?: NonNullable<N[P]> extends Node | readonly Node[] ? P : never;
}[keyof N] &
  string;

export type ChildKeyTable = {
  readonly [K in NodeKind]: { readonly [P in ChildKey<NodeOf<K>>]: true };
};

const windowTable = { input: true, partitionBy: true, time: true } as const;
const tableDefinition = { name: true, elements: true, options: true, format: true } as const;
const sourceDefinition = { ...tableDefinition, onError: true, onLate: true, idleAfter: true } as const;

export const childKeys: ChildKeyTable = {
  Identifier: {},
  SimpleType: {},
  DecimalType: {},
  ArrayType: { element: true },
  MapType: { key: true, value: true },
  RowType: { fields: true },
  RowField: { name: true, type: true },

  NumberLiteral: {},
  StringLiteral: {},
  BooleanLiteral: {},
  NullLiteral: {},
  DateTimeLiteral: {},
  DurationLiteral: {},
  IntervalLiteral: {},
  ColumnReference: { parts: true },
  Star: { qualifier: true },
  Unary: { operand: true },
  Binary: { left: true, right: true },
  Between: { operand: true, low: true, high: true },
  InList: { operand: true, items: true },
  InSubquery: { operand: true, query: true },
  Like: { operand: true, pattern: true, escape: true },
  IsNull: { operand: true },
  IsTruth: { operand: true },
  IsDistinctFrom: { left: true, right: true },
  IsJson: { operand: true },
  Case: { operand: true, branches: true, otherwise: true },
  CaseBranch: { when: true, then: true },
  Cast: { operand: true, type: true },
  FunctionCall: { name: true, arguments: true, orderBy: true, withinGroup: true, filter: true, over: true },
  NamedArgument: { name: true, value: true },
  Lambda: { parameters: true, body: true },
  OrderItem: { expression: true },
  WindowSpecification: { base: true, partitionBy: true, orderBy: true, frame: true },
  WindowFrame: { start: true, end: true },
  FrameBound: { offset: true },
  AtTimeZone: { operand: true, zone: true },
  ArrayConstructor: { items: true },
  MapConstructor: { entries: true },
  MapEntry: { key: true, value: true },
  RowConstructor: { items: true },
  Subscript: { operand: true, index: true },
  FieldAccess: { operand: true, field: true },
  ScalarSubquery: { query: true },
  Exists: { query: true },
  QuantifiedComparison: { left: true, right: true },

  Query: { with: true, body: true, orderBy: true, limit: true, offset: true, emit: true },
  CommonTable: { name: true, columns: true, query: true },
  SetOperation: { left: true, right: true },
  Values: { rows: true },
  ValuesRow: { items: true },
  Select: { items: true, from: true, where: true, groupBy: true, having: true, windows: true, qualify: true },
  SelectItem: { expression: true, alias: true },
  GroupingSets: { sets: true },
  Rollup: { items: true },
  Cube: { items: true },
  GroupingSet: { items: true },
  NamedWindow: { name: true, specification: true },
  TableAlias: { name: true, columns: true },
  TableReference: { name: true, asOf: true, alias: true },
  DerivedTable: { query: true, alias: true },
  TumbleTable: { ...windowTable, size: true, offset: true, alias: true },
  HopTable: { ...windowTable, size: true, slide: true, offset: true, alias: true },
  SessionTable: { ...windowTable, gap: true, offset: true, alias: true },
  CumulateTable: { ...windowTable, step: true, size: true, offset: true, alias: true },
  Unnest: { items: true, alias: true },
  TableFunction: { call: true, alias: true },
  Join: { left: true, right: true, on: true, using: true },
  EmitClause: { every: true, timeout: true },

  Script: { statements: true },
  CreateSource: sourceDefinition,
  CreateSink: tableDefinition,
  CreateTable: sourceDefinition,
  ColumnDefinition: { name: true, type: true },
  MetadataColumn: { name: true, type: true, metadata: true },
  ComputedColumn: { name: true, type: true, expression: true },
  WatermarkDefinition: { column: true, expression: true },
  PrimaryKeyDefinition: { columns: true },
  Option: { key: true, value: true },
  OptionKey: {},
  SizeLiteral: {},
  EnvReference: { name: true, fallback: true },
  SecretReference: { name: true },
  OptionWord: { word: true },
  FormatClause: { options: true },
  ErrorPolicy: { into: true },
  LatePolicy: { into: true },
  CreateView: { name: true, columns: true, query: true },
  CreateFunction: { name: true, parameters: true, returns: true, from: true, exportName: true },
  FunctionParameter: { name: true, type: true },
  CreateStream: { name: true, query: true, settings: true, into: true },
  StreamSettings: { checkpoint: true, batch: true, wal: true, stateTtl: true },
  WalSetting: {},
  IntoClause: { sink: true, key: true },
  AssertDelivery: { stream: true },
  Explain: { target: true },
  Show: {},
  Describe: { name: true },
  Drop: { name: true },
  SetOption: { option: true },
  Include: { path: true },
  QueryStatement: { query: true },
};
