/** Type syntax to nodes: spellings of other systems become the names of this language. */
import type { RowField, SimpleTypeName, TypeNode } from '../ast.js';
import type { RowFieldCstNode, SimpleTypeCstNode, TypeCstNode } from '../cst.generated.js';
import { suggestionHint } from '../diagnostics/suggest.js';
import { syntaxDiagnostic } from '../messages.js';
import { identifier, only, spanOf, spanOfToken, type Builder } from './builder.js';

const typeNames: ReadonlyMap<string, SimpleTypeName | 'DECIMAL'> = new Map<string, SimpleTypeName | 'DECIMAL'>([
  ['boolean', 'BOOLEAN'],
  ['bool', 'BOOLEAN'],
  ['int', 'INT'],
  ['integer', 'INT'],
  ['bigint', 'BIGINT'],
  ['double', 'DOUBLE'],
  ['real', 'DOUBLE'],
  ['float', 'DOUBLE'],
  ['decimal', 'DECIMAL'],
  ['numeric', 'DECIMAL'],
  ['dec', 'DECIMAL'],
  ['varchar', 'VARCHAR'],
  ['string', 'VARCHAR'],
  ['text', 'VARCHAR'],
  ['varbinary', 'VARBINARY'],
  ['bytes', 'VARBINARY'],
  ['bytea', 'VARBINARY'],
  ['date', 'DATE'],
  ['time', 'TIME'],
  ['timestamp', 'TIMESTAMP'],
  ['timestamptz', 'TIMESTAMPTZ'],
  ['timestamp_ltz', 'TIMESTAMPTZ'],
  ['interval', 'INTERVAL'],
  ['json', 'JSON'],
  ['jsonb', 'JSON'],
]);

/** Types of other systems that have no equal here, and what takes their place. */
const replacements: ReadonlyMap<string, string> = new Map([
  ['tinyint', 'INT'],
  ['smallint', 'INT'],
  ['int8', 'BIGINT'],
  ['int4', 'INT'],
  ['long', 'BIGINT'],
  ['char', 'VARCHAR'],
  ['nvarchar', 'VARCHAR'],
  ['binary', 'VARBINARY'],
  ['blob', 'VARBINARY'],
  ['datetime', 'TIMESTAMP'],
  ['datetime2', 'TIMESTAMP'],
  ['struct', 'ROW'],
  ['record', 'ROW'],
  ['bit', 'BOOLEAN'],
  ['variant', 'JSON'],
  ['array', 'ARRAY<…>'],
  ['map', 'MAP<…, …>'],
  ['row', 'ROW<…>'],
]);

const canonicalNames: readonly string[] = [...new Set(typeNames.values()), 'ARRAY', 'MAP', 'ROW'];

export function buildType(b: Builder, node: TypeCstNode): TypeNode {
  let type = unsuffixed(b, node);
  for (const bracket of node.children.RightBracket ?? []) {
    const end = spanOfToken(b, bracket).end;
    type = { kind: 'ArrayType', span: { ...type.span, end }, element: type };
  }
  return type;
}

function unsuffixed(b: Builder, node: TypeCstNode): TypeNode {
  const c = node.children;
  const simple = c.simpleType?.[0];
  if (simple !== undefined) return buildSimple(b, simple);
  const row = c.rowType?.[0];
  if (row !== undefined) {
    return {
      kind: 'RowType',
      span: spanOf(b, row),
      fields: (row.children.rowField ?? []).map((f) => buildField(b, f)),
    };
  }
  const span = spanOf(b, node);
  const parts = (c.type ?? []).map((part) => buildType(b, part));
  const [first, second] = parts;
  if (c.ARRAY !== undefined) {
    if (parts.length !== 1) malformed(b, node, 'an ARRAY has one element type');
    return { kind: 'ArrayType', span, element: only(parts) };
  }
  if (parts.length !== 2) malformed(b, node, 'a MAP has a key type and a value type');
  return { kind: 'MapType', span, key: first ?? only(parts), value: second ?? only(parts) };
}

function malformed(b: Builder, node: TypeCstNode | SimpleTypeCstNode, problem: string, hint?: string): void {
  b.report(syntaxDiagnostic('ESQL1018', { problem }, { span: spanOf(b, node), hint }));
}

function buildField(b: Builder, node: RowFieldCstNode): RowField {
  const c = node.children;
  return {
    kind: 'RowField',
    span: spanOf(b, node),
    name: identifier(b, only(c.Name)),
    type: buildType(b, only(c.type)),
    notNull: c.NOT !== undefined,
  };
}

function buildSimple(b: Builder, node: SimpleTypeCstNode): TypeNode {
  const c = node.children;
  const token = only(c.Name);
  const span = spanOf(b, node);
  const written = token.image.toLowerCase();
  const name = typeNames.get(written);
  const numbers = (c.NumberToken ?? []).map((number) => Number(number.image));
  if (name === undefined) {
    const replacement = replacements.get(written);
    const hint =
      replacement === undefined
        ? suggestionHint(
            token.image,
            [...canonicalNames, ...typeNames.keys()].map((n) => n.toUpperCase()),
          )
        : `Its place is taken by ${replacement}.`;
    b.report(
      syntaxDiagnostic(
        'ESQL1017',
        { name: token.image },
        { span: spanOfToken(b, token), facts: [`Types: ${canonicalNames.join(', ')}.`], hint },
      ),
    );
    return { kind: 'SimpleType', span, name: 'VARCHAR', parameter: undefined };
  }
  if (numbers.some((number) => !Number.isInteger(number))) {
    malformed(b, node, 'the numbers of a type are whole', `Write for example ${name}(10).`);
  }
  if (c.PRECISION !== undefined && written !== 'double') malformed(b, node, `PRECISION does not belong to ${name}`);
  if (name === 'DECIMAL') {
    if (numbers.length > 2) malformed(b, node, 'DECIMAL takes a precision and a scale', 'Write DECIMAL(12, 2).');
    return { kind: 'DecimalType', span, precision: numbers[0], scale: numbers[1] };
  }
  const takesNumber = name === 'VARCHAR' || name === 'VARBINARY' || name === 'TIME' || name.startsWith('TIMESTAMP');
  if (numbers.length > (takesNumber ? 1 : 0)) {
    malformed(b, node, `${name} takes ${takesNumber ? 'one number' : 'no number'} in parentheses`);
  }
  return { kind: 'SimpleType', span, name: zoned(b, node, name), parameter: numbers[0] };
}

/** `TIMESTAMP WITH [LOCAL] TIME ZONE` is TIMESTAMPTZ. */
function zoned(b: Builder, node: SimpleTypeCstNode, name: SimpleTypeName): SimpleTypeName {
  const c = node.children;
  if (c.ZONE === undefined) return name;
  if (name !== 'TIMESTAMP' && !(name === 'TIME' && c.WITHOUT !== undefined)) {
    malformed(b, node, `${name} has no time zone`, 'TIMESTAMPTZ is the type with a time zone.');
  }
  return c.WITH !== undefined && name === 'TIMESTAMP' ? 'TIMESTAMPTZ' : name;
}
