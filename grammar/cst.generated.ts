// Types of the parse tree, generated from the grammar rules by test/unit/grammar/parser.test.ts (npx vitest run test/unit/grammar -u).
import type { CstNode, IToken } from 'chevrotain';

export interface TypeCstNode extends CstNode {
  name: 'type';
  children: TypeCstChildren;
}

export type TypeCstChildren = {
  ARRAY?: IToken[];
  MAP?: IToken[];
  Less?: IToken[];
  type?: TypeCstNode[];
  Comma?: IToken[];
  Greater?: IToken[];
  rowType?: RowTypeCstNode[];
  simpleType?: SimpleTypeCstNode[];
  LeftBracket?: IToken[];
  RightBracket?: IToken[];
};

export interface RowTypeCstNode extends CstNode {
  name: 'rowType';
  children: RowTypeCstChildren;
}

export type RowTypeCstChildren = {
  ROW: IToken[];
  Less?: IToken[];
  rowField?: RowFieldCstNode[];
  Comma?: IToken[];
  Greater?: IToken[];
  LeftParen?: IToken[];
  RightParen?: IToken[];
};

export interface RowFieldCstNode extends CstNode {
  name: 'rowField';
  children: RowFieldCstChildren;
}

export type RowFieldCstChildren = {
  Name: IToken[];
  type: TypeCstNode[];
  NOT?: IToken[];
  NULL?: IToken[];
};

export interface SimpleTypeCstNode extends CstNode {
  name: 'simpleType';
  children: SimpleTypeCstChildren;
}

export type SimpleTypeCstChildren = {
  Name: IToken[];
  PRECISION?: IToken[];
  LeftParen?: IToken[];
  NumberToken?: IToken[];
  Comma?: IToken[];
  RightParen?: IToken[];
  WITH?: IToken[];
  WITHOUT?: IToken[];
  LOCAL?: IToken[];
  TIME?: IToken[];
  ZONE?: IToken[];
};

export interface DateTimeLiteralCstNode extends CstNode {
  name: 'dateTimeLiteral';
  children: DateTimeLiteralCstChildren;
}

export type DateTimeLiteralCstChildren = {
  DATE?: IToken[];
  TIMESTAMPTZ?: IToken[];
  TIMESTAMP?: IToken[];
  TIME?: IToken[];
  WITH?: IToken[];
  WITHOUT?: IToken[];
  ZONE?: IToken[];
  StringToken: IToken[];
};

export interface IntervalLiteralCstNode extends CstNode {
  name: 'intervalLiteral';
  children: IntervalLiteralCstChildren;
}

export type IntervalLiteralCstChildren = {
  INTERVAL: IToken[];
  Minus?: IToken[];
  Plus?: IToken[];
  StringToken?: IToken[];
  NumberToken?: IToken[];
  Name?: IToken[];
  TO?: IToken[];
};

export interface CastCallCstNode extends CstNode {
  name: 'castCall';
  children: CastCallCstChildren;
}

export type CastCallCstChildren = {
  CAST?: IToken[];
  TRY_CAST?: IToken[];
  LeftParen: IToken[];
  expression: ExpressionCstNode[];
  AS: IToken[];
  type: TypeCstNode[];
  RightParen: IToken[];
};

export interface ExtractCallCstNode extends CstNode {
  name: 'extractCall';
  children: ExtractCallCstChildren;
}

export type ExtractCallCstChildren = {
  EXTRACT: IToken[];
  LeftParen: IToken[];
  Name?: IToken[];
  StringToken?: IToken[];
  FROM?: IToken[];
  Comma?: IToken[];
  expression: ExpressionCstNode[];
  RightParen: IToken[];
};

export interface SubstringCallCstNode extends CstNode {
  name: 'substringCall';
  children: SubstringCallCstChildren;
}

export type SubstringCallCstChildren = {
  SUBSTRING: IToken[];
  LeftParen: IToken[];
  expression: ExpressionCstNode[];
  Comma?: IToken[];
  FROM?: IToken[];
  FOR?: IToken[];
  RightParen: IToken[];
};

export interface TrimCallCstNode extends CstNode {
  name: 'trimCall';
  children: TrimCallCstChildren;
}

export type TrimCallCstChildren = {
  TRIM: IToken[];
  LeftParen: IToken[];
  BOTH?: IToken[];
  LEADING?: IToken[];
  TRAILING?: IToken[];
  expression?: ExpressionCstNode[];
  FROM?: IToken[];
  Comma?: IToken[];
  RightParen: IToken[];
};

export interface OverlayCallCstNode extends CstNode {
  name: 'overlayCall';
  children: OverlayCallCstChildren;
}

export type OverlayCallCstChildren = {
  OVERLAY: IToken[];
  LeftParen: IToken[];
  expression: ExpressionCstNode[];
  Comma?: IToken[];
  PLACING?: IToken[];
  FROM?: IToken[];
  FOR?: IToken[];
  RightParen: IToken[];
};

export interface CollectionConstructorCstNode extends CstNode {
  name: 'collectionConstructor';
  children: CollectionConstructorCstChildren;
}

export type CollectionConstructorCstChildren = {
  ARRAY?: IToken[];
  MAP?: IToken[];
  LeftBracket: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  RightBracket: IToken[];
};

export interface RowConstructorCstNode extends CstNode {
  name: 'rowConstructor';
  children: RowConstructorCstChildren;
}

export type RowConstructorCstChildren = {
  ROW: IToken[];
  LeftParen: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  RightParen: IToken[];
};

export interface CurrentTimeCstNode extends CstNode {
  name: 'currentTime';
  children: CurrentTimeCstChildren;
}

export type CurrentTimeCstChildren = {
  CURRENT_TIMESTAMP?: IToken[];
  CURRENT_DATE?: IToken[];
  CURRENT_TIME?: IToken[];
  LeftParen?: IToken[];
  RightParen?: IToken[];
};

export interface FunctionCallCstNode extends CstNode {
  name: 'functionCall';
  children: FunctionCallCstChildren;
}

export type FunctionCallCstChildren = {
  Name?: IToken[];
  FunctionWord?: IToken[];
  LeftParen: IToken[];
  DISTINCT?: IToken[];
  ALL?: IToken[];
  argument?: ArgumentCstNode[];
  Comma?: IToken[];
  orderBy?: OrderByCstNode[];
  RightParen: IToken[];
  WITHIN?: IToken[];
  GROUP?: IToken[];
  withinGroup?: WithinGroupCstNode[];
  FILTER?: IToken[];
  WHERE?: IToken[];
  expression?: ExpressionCstNode[];
  IGNORE?: IToken[];
  RESPECT?: IToken[];
  NULLS?: IToken[];
  OVER?: IToken[];
  windowSpecification?: WindowSpecificationCstNode[];
};

export interface WithinGroupCstNode extends CstNode {
  name: 'withinGroup';
  children: WithinGroupCstChildren;
}

export type WithinGroupCstChildren = {
  orderBy: OrderByCstNode[];
};

export interface ArgumentCstNode extends CstNode {
  name: 'argument';
  children: ArgumentCstChildren;
}

export type ArgumentCstChildren = {
  Asterisk?: IToken[];
  AnyWord?: IToken[];
  NamedArrow?: IToken[];
  expression?: ExpressionCstNode[];
  lambda?: LambdaCstNode[];
};

export interface LambdaCstNode extends CstNode {
  name: 'lambda';
  children: LambdaCstChildren;
}

export type LambdaCstChildren = {
  Name?: IToken[];
  LeftParen?: IToken[];
  Comma?: IToken[];
  RightParen?: IToken[];
  Arrow: IToken[];
  expression: ExpressionCstNode[];
};

export interface OrderByCstNode extends CstNode {
  name: 'orderBy';
  children: OrderByCstChildren;
}

export type OrderByCstChildren = {
  ORDER: IToken[];
  BY: IToken[];
  orderItem: OrderItemCstNode[];
  Comma?: IToken[];
};

export interface OrderItemCstNode extends CstNode {
  name: 'orderItem';
  children: OrderItemCstChildren;
}

export type OrderItemCstChildren = {
  expression: ExpressionCstNode[];
  ASC?: IToken[];
  DESC?: IToken[];
  NULLS?: IToken[];
  FIRST?: IToken[];
  LAST?: IToken[];
};

export interface WindowSpecificationCstNode extends CstNode {
  name: 'windowSpecification';
  children: WindowSpecificationCstChildren;
}

export type WindowSpecificationCstChildren = {
  LeftParen: IToken[];
  BareAlias?: IToken[];
  PARTITION?: IToken[];
  BY?: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  orderBy?: OrderByCstNode[];
  windowFrame?: WindowFrameCstNode[];
  RightParen: IToken[];
};

export interface WindowFrameCstNode extends CstNode {
  name: 'windowFrame';
  children: WindowFrameCstChildren;
}

export type WindowFrameCstChildren = {
  ROWS?: IToken[];
  RANGE?: IToken[];
  GROUPS?: IToken[];
  BETWEEN?: IToken[];
  frameBound?: FrameBoundCstNode[];
  AND?: IToken[];
  EXCLUDE?: IToken[];
  CURRENT?: IToken[];
  ROW?: IToken[];
  GROUP?: IToken[];
  TIES?: IToken[];
  NO?: IToken[];
  OTHERS?: IToken[];
};

export interface FrameBoundCstNode extends CstNode {
  name: 'frameBound';
  children: FrameBoundCstChildren;
}

export type FrameBoundCstChildren = {
  UNBOUNDED?: IToken[];
  PRECEDING?: IToken[];
  FOLLOWING?: IToken[];
  CURRENT?: IToken[];
  ROW?: IToken[];
  operand?: OperandCstNode[];
};

export interface ExpressionCstNode extends CstNode {
  name: 'expression';
  children: ExpressionCstChildren;
}

export type ExpressionCstChildren = {
  operand: OperandCstNode[];
  operatorTail?: OperatorTailCstNode[];
};

export interface OperatorTailCstNode extends CstNode {
  name: 'operatorTail';
  children: OperatorTailCstChildren;
}

export type OperatorTailCstChildren = {
  quantifiedTail?: QuantifiedTailCstNode[];
  InfixOperator?: IToken[];
  operand?: OperandCstNode[];
  isTail?: IsTailCstNode[];
  ESCAPE?: IToken[];
  AT?: IToken[];
  TIME?: IToken[];
  ZONE?: IToken[];
  matchTail?: MatchTailCstNode[];
};

export interface QuantifiedTailCstNode extends CstNode {
  name: 'quantifiedTail';
  children: QuantifiedTailCstChildren;
}

export type QuantifiedTailCstChildren = {
  ComparisonSign: IToken[];
  ANY?: IToken[];
  SOME?: IToken[];
  ALL?: IToken[];
  LeftParen: IToken[];
  query?: QueryCstNode[];
  expression?: ExpressionCstNode[];
  RightParen: IToken[];
};

export interface IsTailCstNode extends CstNode {
  name: 'isTail';
  children: IsTailCstChildren;
}

export type IsTailCstChildren = {
  IS: IToken[];
  NOT?: IToken[];
  NULL?: IToken[];
  TRUE?: IToken[];
  FALSE?: IToken[];
  UNKNOWN?: IToken[];
  JSON?: IToken[];
  VALUE?: IToken[];
  OBJECT?: IToken[];
  ARRAY?: IToken[];
  SCALAR?: IToken[];
  DISTINCT?: IToken[];
  FROM?: IToken[];
  operand?: OperandCstNode[];
};

export interface MatchTailCstNode extends CstNode {
  name: 'matchTail';
  children: MatchTailCstChildren;
}

export type MatchTailCstChildren = {
  NOT?: IToken[];
  BETWEEN?: IToken[];
  SYMMETRIC?: IToken[];
  operand?: OperandCstNode[];
  LIKE?: IToken[];
  ILIKE?: IToken[];
  RLIKE?: IToken[];
  REGEXP?: IToken[];
  SIMILAR?: IToken[];
  TO?: IToken[];
  IN?: IToken[];
  LeftParen?: IToken[];
  query?: QueryCstNode[];
  RightParen?: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
};

export interface OperandCstNode extends CstNode {
  name: 'operand';
  children: OperandCstChildren;
}

export type OperandCstChildren = {
  PrefixOperator?: IToken[];
  primary: PrimaryCstNode[];
  postfix?: PostfixCstNode[];
};

export interface PostfixCstNode extends CstNode {
  name: 'postfix';
  children: PostfixCstChildren;
}

export type PostfixCstChildren = {
  DoubleColon?: IToken[];
  type?: TypeCstNode[];
  LeftBracket?: IToken[];
  expression?: ExpressionCstNode[];
  RightBracket?: IToken[];
  Dot?: IToken[];
  Name?: IToken[];
};

export interface PrimaryCstNode extends CstNode {
  name: 'primary';
  children: PrimaryCstChildren;
}

export type PrimaryCstChildren = {
  NumberToken?: IToken[];
  StringToken?: IToken[];
  DurationToken?: IToken[];
  TRUE?: IToken[];
  FALSE?: IToken[];
  NULL?: IToken[];
  dateTimeLiteral?: DateTimeLiteralCstNode[];
  intervalLiteral?: IntervalLiteralCstNode[];
  caseExpression?: CaseExpressionCstNode[];
  castCall?: CastCallCstNode[];
  extractCall?: ExtractCallCstNode[];
  substringCall?: SubstringCallCstNode[];
  trimCall?: TrimCallCstNode[];
  overlayCall?: OverlayCallCstNode[];
  EXISTS?: IToken[];
  LeftParen?: IToken[];
  query?: QueryCstNode[];
  RightParen?: IToken[];
  collectionConstructor?: CollectionConstructorCstNode[];
  rowConstructor?: RowConstructorCstNode[];
  currentTime?: CurrentTimeCstNode[];
  functionCall?: FunctionCallCstNode[];
  columnReference?: ColumnReferenceCstNode[];
  parenthesised?: ParenthesisedCstNode[];
};

export interface CaseExpressionCstNode extends CstNode {
  name: 'caseExpression';
  children: CaseExpressionCstChildren;
}

export type CaseExpressionCstChildren = {
  CASE: IToken[];
  expression?: ExpressionCstNode[];
  caseBranch: CaseBranchCstNode[];
  ELSE?: IToken[];
  END: IToken[];
};

export interface CaseBranchCstNode extends CstNode {
  name: 'caseBranch';
  children: CaseBranchCstChildren;
}

export type CaseBranchCstChildren = {
  WHEN: IToken[];
  expression: ExpressionCstNode[];
  THEN: IToken[];
};

export interface ParenthesisedCstNode extends CstNode {
  name: 'parenthesised';
  children: ParenthesisedCstChildren;
}

export type ParenthesisedCstChildren = {
  LeftParen: IToken[];
  query?: QueryCstNode[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  RightParen: IToken[];
};

export interface ColumnReferenceCstNode extends CstNode {
  name: 'columnReference';
  children: ColumnReferenceCstChildren;
}

export type ColumnReferenceCstChildren = {
  Name: IToken[];
  Dot?: IToken[];
  Asterisk?: IToken[];
};

export interface QueryCstNode extends CstNode {
  name: 'query';
  children: QueryCstChildren;
}

export type QueryCstChildren = {
  WITH?: IToken[];
  RECURSIVE?: IToken[];
  commonTable?: CommonTableCstNode[];
  Comma?: IToken[];
  queryTerm: QueryTermCstNode[];
  setTail?: SetTailCstNode[];
  orderBy?: OrderByCstNode[];
  rowLimit?: RowLimitCstNode[];
  emitClause?: EmitClauseCstNode[];
};

export interface CommonTableCstNode extends CstNode {
  name: 'commonTable';
  children: CommonTableCstChildren;
}

export type CommonTableCstChildren = {
  Name: IToken[];
  nameList?: NameListCstNode[];
  AS: IToken[];
  LeftParen: IToken[];
  query: QueryCstNode[];
  RightParen: IToken[];
};

export interface NameListCstNode extends CstNode {
  name: 'nameList';
  children: NameListCstChildren;
}

export type NameListCstChildren = {
  LeftParen: IToken[];
  Name: IToken[];
  Comma?: IToken[];
  RightParen: IToken[];
};

export interface QueryTermCstNode extends CstNode {
  name: 'queryTerm';
  children: QueryTermCstChildren;
}

export type QueryTermCstChildren = {
  select?: SelectCstNode[];
  VALUES?: IToken[];
  valuesRow?: ValuesRowCstNode[];
  Comma?: IToken[];
  LeftParen?: IToken[];
  query?: QueryCstNode[];
  RightParen?: IToken[];
};

export interface ValuesRowCstNode extends CstNode {
  name: 'valuesRow';
  children: ValuesRowCstChildren;
}

export type ValuesRowCstChildren = {
  ROW?: IToken[];
  LeftParen: IToken[];
  expression: ExpressionCstNode[];
  Comma?: IToken[];
  RightParen: IToken[];
};

export interface SetTailCstNode extends CstNode {
  name: 'setTail';
  children: SetTailCstChildren;
}

export type SetTailCstChildren = {
  UNION?: IToken[];
  INTERSECT?: IToken[];
  EXCEPT?: IToken[];
  ALL?: IToken[];
  DISTINCT?: IToken[];
  queryTerm: QueryTermCstNode[];
};

export interface RowLimitCstNode extends CstNode {
  name: 'rowLimit';
  children: RowLimitCstChildren;
}

export type RowLimitCstChildren = {
  LIMIT?: IToken[];
  ALL?: IToken[];
  expression?: ExpressionCstNode[];
  OFFSET?: IToken[];
  ROW?: IToken[];
  ROWS?: IToken[];
  FETCH?: IToken[];
  FIRST?: IToken[];
  NEXT?: IToken[];
  ONLY?: IToken[];
  WITH?: IToken[];
  TIES?: IToken[];
};

export interface EmitClauseCstNode extends CstNode {
  name: 'emitClause';
  children: EmitClauseCstChildren;
}

export type EmitClauseCstChildren = {
  EMIT: IToken[];
  CHANGES?: IToken[];
  FINAL?: IToken[];
  ON?: IToken[];
  WINDOW?: IToken[];
  CLOSE?: IToken[];
  AFTER?: IToken[];
  WATERMARK?: IToken[];
  TIMEOUT?: IToken[];
  duration?: DurationCstNode[];
  UPDATE?: IToken[];
  EVERY?: IToken[];
};

export interface DurationCstNode extends CstNode {
  name: 'duration';
  children: DurationCstChildren;
}

export type DurationCstChildren = {
  DurationToken?: IToken[];
  intervalLiteral?: IntervalLiteralCstNode[];
  StringToken?: IToken[];
  NumberToken?: IToken[];
  Identifier?: IToken[];
};

export interface SelectCstNode extends CstNode {
  name: 'select';
  children: SelectCstChildren;
}

export type SelectCstChildren = {
  SELECT: IToken[];
  DISTINCT?: IToken[];
  ALL?: IToken[];
  selectItem: SelectItemCstNode[];
  Comma?: IToken[];
  INTO?: IToken[];
  Name?: IToken[];
  FROM?: IToken[];
  tableExpression?: TableExpressionCstNode[];
  whereClause?: WhereClauseCstNode[];
  groupByClause?: GroupByClauseCstNode[];
  havingClause?: HavingClauseCstNode[];
  WINDOW?: IToken[];
  namedWindow?: NamedWindowCstNode[];
  qualifyClause?: QualifyClauseCstNode[];
};

export interface WhereClauseCstNode extends CstNode {
  name: 'whereClause';
  children: WhereClauseCstChildren;
}

export type WhereClauseCstChildren = {
  WHERE: IToken[];
  expression: ExpressionCstNode[];
};

export interface HavingClauseCstNode extends CstNode {
  name: 'havingClause';
  children: HavingClauseCstChildren;
}

export type HavingClauseCstChildren = {
  HAVING: IToken[];
  expression: ExpressionCstNode[];
};

export interface QualifyClauseCstNode extends CstNode {
  name: 'qualifyClause';
  children: QualifyClauseCstChildren;
}

export type QualifyClauseCstChildren = {
  QUALIFY: IToken[];
  expression: ExpressionCstNode[];
};

export interface GroupByClauseCstNode extends CstNode {
  name: 'groupByClause';
  children: GroupByClauseCstChildren;
}

export type GroupByClauseCstChildren = {
  GROUP: IToken[];
  BY: IToken[];
  groupingElement: GroupingElementCstNode[];
  Comma?: IToken[];
};

export interface SelectItemCstNode extends CstNode {
  name: 'selectItem';
  children: SelectItemCstChildren;
}

export type SelectItemCstChildren = {
  Asterisk?: IToken[];
  expression?: ExpressionCstNode[];
  AS?: IToken[];
  AnyWord?: IToken[];
  BareAlias?: IToken[];
};

export interface GroupingElementCstNode extends CstNode {
  name: 'groupingElement';
  children: GroupingElementCstChildren;
}

export type GroupingElementCstChildren = {
  GROUPING?: IToken[];
  SETS?: IToken[];
  groupingList?: GroupingListCstNode[];
  ROLLUP?: IToken[];
  CUBE?: IToken[];
  LeftParen?: IToken[];
  RightParen?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface GroupingListCstNode extends CstNode {
  name: 'groupingList';
  children: GroupingListCstChildren;
}

export type GroupingListCstChildren = {
  LeftParen: IToken[];
  groupingElement: GroupingElementCstNode[];
  Comma?: IToken[];
  RightParen: IToken[];
};

export interface NamedWindowCstNode extends CstNode {
  name: 'namedWindow';
  children: NamedWindowCstChildren;
}

export type NamedWindowCstChildren = {
  Name: IToken[];
  AS: IToken[];
  windowSpecification: WindowSpecificationCstNode[];
};

export interface TableExpressionCstNode extends CstNode {
  name: 'tableExpression';
  children: TableExpressionCstChildren;
}

export type TableExpressionCstChildren = {
  tablePrimary: TablePrimaryCstNode[];
  joinTail?: JoinTailCstNode[];
};

export interface JoinTailCstNode extends CstNode {
  name: 'joinTail';
  children: JoinTailCstChildren;
}

export type JoinTailCstChildren = {
  CROSS?: IToken[];
  JOIN?: IToken[];
  tablePrimary?: TablePrimaryCstNode[];
  ASOF?: IToken[];
  INNER?: IToken[];
  LEFT?: IToken[];
  RIGHT?: IToken[];
  FULL?: IToken[];
  OUTER?: IToken[];
  ON?: IToken[];
  expression?: ExpressionCstNode[];
  USING?: IToken[];
  nameList?: NameListCstNode[];
};

export interface TablePrimaryCstNode extends CstNode {
  name: 'tablePrimary';
  children: TablePrimaryCstChildren;
}

export type TablePrimaryCstChildren = {
  LATERAL?: IToken[];
  derivedTable?: DerivedTableCstNode[];
  LeftParen?: IToken[];
  tableExpression?: TableExpressionCstNode[];
  RightParen?: IToken[];
  wrappedTableFunction?: WrappedTableFunctionCstNode[];
  tableFunction?: TableFunctionCstNode[];
  tableName?: TableNameCstNode[];
  WITH?: IToken[];
  ORDINALITY?: IToken[];
  tableAlias?: TableAliasCstNode[];
  asOfClause?: AsOfClauseCstNode[];
};

export interface DerivedTableCstNode extends CstNode {
  name: 'derivedTable';
  children: DerivedTableCstChildren;
}

export type DerivedTableCstChildren = {
  LeftParen: IToken[];
  query: QueryCstNode[];
  RightParen: IToken[];
};

export interface TableNameCstNode extends CstNode {
  name: 'tableName';
  children: TableNameCstChildren;
}

export type TableNameCstChildren = {
  Name: IToken[];
  Dot?: IToken[];
};

export interface TableAliasCstNode extends CstNode {
  name: 'tableAlias';
  children: TableAliasCstChildren;
}

export type TableAliasCstChildren = {
  AS?: IToken[];
  Name?: IToken[];
  BareAlias?: IToken[];
  nameList?: NameListCstNode[];
};

export interface AsOfClauseCstNode extends CstNode {
  name: 'asOfClause';
  children: AsOfClauseCstChildren;
}

export type AsOfClauseCstChildren = {
  FOR: IToken[];
  SYSTEM_TIME: IToken[];
  AS: IToken[];
  OF: IToken[];
  expression: ExpressionCstNode[];
};

export interface WrappedTableFunctionCstNode extends CstNode {
  name: 'wrappedTableFunction';
  children: WrappedTableFunctionCstChildren;
}

export type WrappedTableFunctionCstChildren = {
  TABLE: IToken[];
  LeftParen: IToken[];
  tableFunction: TableFunctionCstNode[];
  RightParen: IToken[];
};

export interface TableFunctionCstNode extends CstNode {
  name: 'tableFunction';
  children: TableFunctionCstChildren;
}

export type TableFunctionCstChildren = {
  Name: IToken[];
  LeftParen: IToken[];
  tableArgument?: TableArgumentCstNode[];
  Comma?: IToken[];
  RightParen: IToken[];
};

export interface TableArgumentCstNode extends CstNode {
  name: 'tableArgument';
  children: TableArgumentCstChildren;
}

export type TableArgumentCstChildren = {
  AnyWord?: IToken[];
  NamedArrow?: IToken[];
  TABLE?: IToken[];
  Name?: IToken[];
  expression?: ExpressionCstNode[];
  PARTITION?: IToken[];
  BY?: IToken[];
};

export interface StatementCstNode extends CstNode {
  name: 'statement';
  children: StatementCstChildren;
}

export type StatementCstChildren = {
  createStatement?: CreateStatementCstNode[];
  ASSERT?: IToken[];
  DELIVERY?: IToken[];
  EXACTLY?: IToken[];
  ONCE?: IToken[];
  ON?: IToken[];
  Name?: IToken[];
  explainStatement?: ExplainStatementCstNode[];
  showStatement?: ShowStatementCstNode[];
  DESCRIBE?: IToken[];
  dropStatement?: DropStatementCstNode[];
  SET?: IToken[];
  optionPair?: OptionPairCstNode[];
  INCLUDE?: IToken[];
  StringToken?: IToken[];
  query?: QueryCstNode[];
};

export interface CreateStatementCstNode extends CstNode {
  name: 'createStatement';
  children: CreateStatementCstChildren;
}

export type CreateStatementCstChildren = {
  CREATE: IToken[];
  createRelation?: CreateRelationCstNode[];
  createView?: CreateViewCstNode[];
  createFunction?: CreateFunctionCstNode[];
  createStream?: CreateStreamCstNode[];
};

export interface CreateRelationCstNode extends CstNode {
  name: 'createRelation';
  children: CreateRelationCstChildren;
}

export type CreateRelationCstChildren = {
  SOURCE?: IToken[];
  SINK?: IToken[];
  TABLE?: IToken[];
  Name: IToken[];
  LeftParen?: IToken[];
  tableElement?: TableElementCstNode[];
  Comma?: IToken[];
  RightParen?: IToken[];
  WITH?: IToken[];
  optionList?: OptionListCstNode[];
  relationClause?: RelationClauseCstNode[];
};

export interface OptionListCstNode extends CstNode {
  name: 'optionList';
  children: OptionListCstChildren;
}

export type OptionListCstChildren = {
  LeftParen: IToken[];
  optionPair: OptionPairCstNode[];
  Comma?: IToken[];
  RightParen: IToken[];
};

export interface RelationClauseCstNode extends CstNode {
  name: 'relationClause';
  children: RelationClauseCstChildren;
}

export type RelationClauseCstChildren = {
  formatClause?: FormatClauseCstNode[];
  ON?: IToken[];
  ERROR?: IToken[];
  FAIL?: IToken[];
  SKIP?: IToken[];
  INTO?: IToken[];
  Name?: IToken[];
  LATE?: IToken[];
  DROP?: IToken[];
  IDLE?: IToken[];
  AFTER?: IToken[];
  duration?: DurationCstNode[];
};

export interface FormatClauseCstNode extends CstNode {
  name: 'formatClause';
  children: FormatClauseCstChildren;
}

export type FormatClauseCstChildren = {
  FORMAT: IToken[];
  Name: IToken[];
  BareAlias?: IToken[];
  optionList?: OptionListCstNode[];
};

export interface TableElementCstNode extends CstNode {
  name: 'tableElement';
  children: TableElementCstChildren;
}

export type TableElementCstChildren = {
  WATERMARK?: IToken[];
  FOR?: IToken[];
  Name?: IToken[];
  AS?: IToken[];
  expression?: ExpressionCstNode[];
  PRIMARY?: IToken[];
  KEY?: IToken[];
  nameList?: NameListCstNode[];
  NOT?: IToken[];
  ENFORCED?: IToken[];
  columnDefinition?: ColumnDefinitionCstNode[];
};

export interface ColumnDefinitionCstNode extends CstNode {
  name: 'columnDefinition';
  children: ColumnDefinitionCstChildren;
}

export type ColumnDefinitionCstChildren = {
  Name: IToken[];
  AS?: IToken[];
  expression?: ExpressionCstNode[];
  type?: TypeCstNode[];
  columnConstraint?: ColumnConstraintCstNode[];
};

export interface ColumnConstraintCstNode extends CstNode {
  name: 'columnConstraint';
  children: ColumnConstraintCstChildren;
}

export type ColumnConstraintCstChildren = {
  NOT?: IToken[];
  NULL?: IToken[];
  METADATA?: IToken[];
  FROM?: IToken[];
  StringToken?: IToken[];
  VIRTUAL?: IToken[];
  GENERATED?: IToken[];
  ALWAYS?: IToken[];
  AS?: IToken[];
  LeftParen?: IToken[];
  expression?: ExpressionCstNode[];
  RightParen?: IToken[];
  PRIMARY?: IToken[];
  KEY?: IToken[];
  ENFORCED?: IToken[];
};

export interface OptionPairCstNode extends CstNode {
  name: 'optionPair';
  children: OptionPairCstChildren;
}

export type OptionPairCstChildren = {
  optionKey: OptionKeyCstNode[];
  Equal: IToken[];
  optionValue: OptionValueCstNode[];
};

export interface OptionKeyCstNode extends CstNode {
  name: 'optionKey';
  children: OptionKeyCstChildren;
}

export type OptionKeyCstChildren = {
  StringToken?: IToken[];
  AnyWord?: IToken[];
  Dot?: IToken[];
};

export interface OptionValueCstNode extends CstNode {
  name: 'optionValue';
  children: OptionValueCstChildren;
}

export type OptionValueCstChildren = {
  StringToken?: IToken[];
  Minus?: IToken[];
  Plus?: IToken[];
  NumberToken?: IToken[];
  DurationToken?: IToken[];
  SizeToken?: IToken[];
  intervalLiteral?: IntervalLiteralCstNode[];
  optionReference?: OptionReferenceCstNode[];
  AnyWord?: IToken[];
};

export interface OptionReferenceCstNode extends CstNode {
  name: 'optionReference';
  children: OptionReferenceCstChildren;
}

export type OptionReferenceCstChildren = {
  Name: IToken[];
  LeftParen: IToken[];
  StringToken: IToken[];
  Comma?: IToken[];
  optionValue?: OptionValueCstNode[];
  RightParen: IToken[];
};

export interface CreateViewCstNode extends CstNode {
  name: 'createView';
  children: CreateViewCstChildren;
}

export type CreateViewCstChildren = {
  VIEW: IToken[];
  Name: IToken[];
  nameList?: NameListCstNode[];
  AS: IToken[];
  query: QueryCstNode[];
};

export interface CreateFunctionCstNode extends CstNode {
  name: 'createFunction';
  children: CreateFunctionCstChildren;
}

export type CreateFunctionCstChildren = {
  FUNCTION: IToken[];
  Name: IToken[];
  LeftParen: IToken[];
  functionParameter?: FunctionParameterCstNode[];
  Comma?: IToken[];
  RightParen: IToken[];
  RETURNS: IToken[];
  type: TypeCstNode[];
  FROM: IToken[];
  StringToken: IToken[];
  EXPORT?: IToken[];
  DETERMINISTIC?: IToken[];
};

export interface FunctionParameterCstNode extends CstNode {
  name: 'functionParameter';
  children: FunctionParameterCstChildren;
}

export type FunctionParameterCstChildren = {
  Name: IToken[];
  type: TypeCstNode[];
};

export interface CreateStreamCstNode extends CstNode {
  name: 'createStream';
  children: CreateStreamCstChildren;
}

export type CreateStreamCstChildren = {
  STREAM: IToken[];
  Name: IToken[];
  AS: IToken[];
  query: QueryCstNode[];
  streamSettings?: StreamSettingsCstNode[];
  intoClause?: IntoClauseCstNode[];
};

export interface StreamSettingsCstNode extends CstNode {
  name: 'streamSettings';
  children: StreamSettingsCstChildren;
}

export type StreamSettingsCstChildren = {
  WITH: IToken[];
  streamSetting: StreamSettingCstNode[];
  Comma?: IToken[];
};

export interface StreamSettingCstNode extends CstNode {
  name: 'streamSetting';
  children: StreamSettingCstChildren;
}

export type StreamSettingCstChildren = {
  CHECKPOINT?: IToken[];
  duration?: DurationCstNode[];
  BATCH?: IToken[];
  WAL?: IToken[];
  AUTO?: IToken[];
  FULL?: IToken[];
  OFFSETS?: IToken[];
  STATE?: IToken[];
  TTL?: IToken[];
};

export interface IntoClauseCstNode extends CstNode {
  name: 'intoClause';
  children: IntoClauseCstChildren;
}

export type IntoClauseCstChildren = {
  INTO: IToken[];
  Name: IToken[];
  KEY?: IToken[];
  nameList?: NameListCstNode[];
  Comma?: IToken[];
  ON?: IToken[];
  CONFLICT?: IToken[];
  UPDATE?: IToken[];
  IGNORE?: IToken[];
};

export interface ExplainStatementCstNode extends CstNode {
  name: 'explainStatement';
  children: ExplainStatementCstChildren;
}

export type ExplainStatementCstChildren = {
  EXPLAIN: IToken[];
  PLAN?: IToken[];
  STATE?: IToken[];
  DELIVERY?: IToken[];
  JSON?: IToken[];
  DOT?: IToken[];
  Name?: IToken[];
  query?: QueryCstNode[];
};

export interface ShowStatementCstNode extends CstNode {
  name: 'showStatement';
  children: ShowStatementCstChildren;
}

export type ShowStatementCstChildren = {
  SHOW: IToken[];
  SOURCES?: IToken[];
  SINKS?: IToken[];
  STREAMS?: IToken[];
  TABLES?: IToken[];
  VIEWS?: IToken[];
  FUNCTIONS?: IToken[];
};

export interface DropStatementCstNode extends CstNode {
  name: 'dropStatement';
  children: DropStatementCstChildren;
}

export type DropStatementCstChildren = {
  DROP: IToken[];
  SOURCE?: IToken[];
  SINK?: IToken[];
  STREAM?: IToken[];
  TABLE?: IToken[];
  VIEW?: IToken[];
  FUNCTION?: IToken[];
  IF?: IToken[];
  EXISTS?: IToken[];
  Name: IToken[];
};
