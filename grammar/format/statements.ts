/** Statements, without their semicolons. */
import type {
  CreateSink,
  CreateSource,
  CreateStream,
  CreateTable,
  Node,
  Option,
  OptionValue,
  Statement,
  TableElement,
} from '../ast.js';
import { isBareOptionKey } from '../tokens.js';
import { concat, group, hardline, indent, join, line, softline, type Doc } from './doc.js';
import { duration, printExpression, printType } from './expressions.js';
import { hosted, name, names, text, words, type Printer } from './printer.js';

export function printStatement(p: Printer, s: Statement): Doc {
  switch (s.kind) {
    case 'CreateSource':
      return relation(p, 'SOURCE', s);
    case 'CreateSink':
      return relation(p, 'SINK', s);
    case 'CreateTable':
      return relation(p, 'TABLE', s);
    case 'CreateView': {
      const columns = s.columns.length === 0 ? '' : ` (${names(s.columns)})`;
      return concat(`CREATE VIEW ${name(s.name)}${columns} AS`, indent(hardline, p.query(s.query, true)));
    }
    case 'CreateFunction': {
      const parameters = s.parameters.map((parameter) => `${name(parameter.name)} ${printType(parameter.type)}`);
      return words(
        `CREATE FUNCTION ${name(s.name)}(${parameters.join(', ')}) RETURNS ${printType(s.returns)}`,
        `FROM ${text(s.from.value)}`,
        s.exportName && `EXPORT ${text(s.exportName.value)}`,
        s.deterministic ? 'DETERMINISTIC' : undefined,
      );
    }
    case 'CreateStream':
      return stream(p, s);
    case 'AssertDelivery':
      return words(`ASSERT DELIVERY ${s.guarantee}`, s.stream && `ON ${name(s.stream)}`);
    case 'Explain': {
      const topic = s.topic === 'PLAN' ? '' : ` ${s.topic}`;
      if (s.target.kind === 'Identifier') return `EXPLAIN${topic} ${name(s.target)}`;
      return group(`EXPLAIN${topic}`, line, p.query(s.target, false));
    }
    case 'Show':
      return `SHOW ${s.topic}`;
    case 'Describe':
      return `DESCRIBE ${name(s.name)}`;
    case 'Drop':
      return `DROP ${s.target} ${s.ifExists ? 'IF EXISTS ' : ''}${name(s.name)}`;
    case 'SetOption':
      return `SET ${option(s.option)}`;
    case 'Include':
      return `INCLUDE ${text(s.path.value)}`;
    case 'QueryStatement':
      return p.query(s.query, true);
  }
}

function relation(p: Printer, what: string, s: CreateSource | CreateSink | CreateTable): Doc {
  const elements = s.elements.map((element) => hosted(p, element, tableElement(p, element)));
  const columns =
    elements.length === 0 ? '' : concat(' (', indent(hardline, join(concat(',', hardline), elements)), hardline, ')');
  const clauses: Doc[] = [];
  const clause = (key: Node | undefined, doc: () => Doc): void => {
    if (key !== undefined) clauses.push(hardline, hosted(p, key, doc()));
  };
  const { format } = s;
  clause(format, () => (format === undefined ? '' : concat(`FORMAT ${format.name}`, formatOptions(p, format.options))));
  if (s.kind !== 'CreateSink') {
    const { onError, onLate, idleAfter } = s;
    clause(onError, () => words(`ON ERROR ${onError?.action ?? ''}`, onError?.into && name(onError.into)));
    clause(onLate, () => words(`ON LATE ${onLate?.action ?? ''}`, onLate?.into && name(onLate.into)));
    clause(idleAfter, () => (idleAfter === undefined ? '' : `IDLE AFTER ${duration(idleAfter)}`));
  }
  return concat(`CREATE ${what} ${name(s.name)}`, columns, ' WITH ', options(p, s.options), ...clauses);
}

function formatOptions(p: Printer, list: readonly Option[]): Doc {
  return list.length === 0 ? '' : concat(' ', options(p, list));
}

function options(p: Printer, list: readonly Option[]): Doc {
  const items = list.map((item) => hosted(p, item, option(item)));
  return group('(', indent(softline, join(concat(',', line), items)), softline, ')');
}

function option(o: Option): string {
  const key = isBareOptionKey(o.key.name) ? o.key.name : text(o.key.name);
  return `${key} = ${optionValue(o.value)}`;
}

function optionValue(value: OptionValue): string {
  switch (value.kind) {
    case 'StringLiteral':
      return text(value.value);
    case 'NumberLiteral':
      return value.text;
    case 'BooleanLiteral':
      return String(value.value);
    case 'DurationLiteral':
      return duration(value);
    case 'SizeLiteral':
      return `${String(value.amount)}${value.unit}`;
    case 'EnvReference': {
      const fallback = value.fallback === undefined ? '' : `, ${optionValue(value.fallback)}`;
      return `env(${text(value.name.value)}${fallback})`;
    }
    case 'SecretReference':
      return `secret(${text(value.name.value)})`;
    case 'OptionWord':
      return name(value.word);
  }
}

function tableElement(p: Printer, e: TableElement): Doc {
  switch (e.kind) {
    case 'ColumnDefinition':
      return `${name(e.name)} ${printType(e.type)}${e.notNull ? ' NOT NULL' : ''}`;
    case 'MetadataColumn': {
      const notNull = e.notNull ? ' NOT NULL' : '';
      return `${name(e.name)} ${printType(e.type)} METADATA FROM ${text(e.metadata.value)}${notNull}`;
    }
    case 'ComputedColumn':
      return e.type === undefined
        ? concat(`${name(e.name)} AS `, printExpression(p, e.expression))
        : concat(`${name(e.name)} ${printType(e.type)} GENERATED ALWAYS AS (`, printExpression(p, e.expression), ')');
    case 'WatermarkDefinition':
      return concat(`WATERMARK FOR ${name(e.column)} AS `, printExpression(p, e.expression));
    case 'PrimaryKeyDefinition':
      return `PRIMARY KEY (${names(e.columns)}) NOT ENFORCED`;
  }
}

function stream(p: Printer, s: CreateStream): Doc {
  const parts: Doc[] = [concat(`CREATE STREAM ${name(s.name)} AS`, indent(hardline, p.query(s.query, true)))];
  if (s.settings !== undefined) {
    const { checkpoint, batch, wal, stateTtl } = s.settings;
    const settings = [
      checkpoint && `CHECKPOINT ${duration(checkpoint)}`,
      batch && `BATCH ${duration(batch)}`,
      wal && `WAL ${wal.mode}`,
      stateTtl && `STATE TTL ${duration(stateTtl)}`,
    ].filter((setting) => setting !== undefined);
    parts.push(hosted(p, s.settings, `WITH ${settings.join(', ')}`));
  }
  for (const into of s.into) {
    const key = into.key.length === 0 ? undefined : `KEY ${names(into.key)}`;
    const conflict = into.onConflict && `ON CONFLICT ${into.onConflict}`;
    parts.push(hosted(p, into, words(`INTO ${name(into.sink)}`, key, conflict)));
  }
  return join(hardline, parts);
}
