/**
 * The stored procedures, from templates with fixed grammar: only names that were checked and types of ours are put in.
 * The lock is a write and not a hint, because hints lock nothing on some engines (S2, S11).
 */
import { MSSQL_REFUSALS } from '../../remote/mssql.js';
import type { SinkShape } from '../connector.js';
import type { MssqlTarget } from './ddl.js';
import { literal, qualified, quoteName } from './names.js';
import { declaredType, fromJson, isVariable, jsonType, KEY_CHARACTERS_TAKEN, KEY_COLLATION } from './types.js';

const OWN_ROW = '[query_id] = @query_id AND [sink_id] = @sink_id';
const OTHER_OWNERS = `[target] = @target AND [batch_id] > 0 AND NOT (${OWN_ROW})`;

/**
 * `register`: puts the epoch into the progress row, unless a newer one is there or the table is another sink's, and
 * returns the row. With epoch 0 it only returns it, once nobody is writing it any more.
 */
export function registerText(name: string, progress: string): string {
  return `CREATE PROCEDURE ${name}
  @query_id NVARCHAR(200), @sink_id NVARCHAR(200), @target NVARCHAR(300), @epoch BIGINT, @shared INT
AS
BEGIN
  SET NOCOUNT ON;
  SET XACT_ABORT ON;
  DECLARE @known BIGINT, @other_query NVARCHAR(200), @other_sink NVARCHAR(200);
  BEGIN TRANSACTION;
  UPDATE ${progress} SET [seen_epoch] = @epoch WHERE ${OWN_ROW};
  IF @@ROWCOUNT = 0 AND @epoch > 0
    INSERT INTO ${progress}
      ([query_id], [sink_id], [target], [epoch], [batch_id], [digest], [intent_hash], [intent], [seen_epoch])
    VALUES (@query_id, @sink_id, @target, @epoch, 0, '', '', N'', @epoch);
  SELECT @known = [epoch] FROM ${progress} WHERE ${OWN_ROW};
  IF @epoch > 0 AND @epoch >= @known
  BEGIN
    IF @shared = 0
      SELECT TOP (1) @other_query = [query_id], @other_sink = [sink_id] FROM ${progress} WHERE ${OTHER_OWNERS};
    IF @other_query IS NULL
      UPDATE ${progress} SET [epoch] = @epoch, [target] = @target WHERE ${OWN_ROW};
  END;
  COMMIT TRANSACTION;
  SELECT CAST([epoch] AS VARCHAR(20)) AS [epoch], CAST([batch_id] AS VARCHAR(20)) AS [batch_id], [digest],
    [intent_hash], [intent], @other_query AS [other_query], @other_sink AS [other_sink],
    @@TRANCOUNT AS [open_transactions]
  FROM ${progress} WHERE ${OWN_ROW};
END`;
}

/** `apply`: a micro-batch in one transaction. Returns 1 for an applied batch and 0 for a repeated one. */
export function applyText(name: string, progress: string, target: MssqlTarget): string {
  return `CREATE PROCEDURE ${name}
  @query_id NVARCHAR(200), @sink_id NVARCHAR(200), @epoch BIGINT, @batch BIGINT, @digest VARCHAR(64),
  @intent_hash VARCHAR(128), @intent NVARCHAR(MAX), @rows NVARCHAR(MAX)
AS
BEGIN
  SET NOCOUNT ON;
  SET XACT_ABORT ON;
  DECLARE @known_epoch BIGINT, @known_batch BIGINT, @known_digest VARCHAR(64), @known_hash VARCHAR(128);
${ownerVariable(target)}  BEGIN TRANSACTION;
  UPDATE ${progress} SET [seen_epoch] = @epoch WHERE ${OWN_ROW};
  IF @@ROWCOUNT <> 1
${refusal('NOT_REGISTERED')}
  SELECT @known_epoch = [epoch], @known_batch = [batch_id], @known_digest = [digest], @known_hash = [intent_hash]
  FROM ${progress} WHERE ${OWN_ROW};
  IF @known_epoch > @epoch
${refusal('FENCED')}
  IF @known_batch = @batch AND (@known_digest <> @digest OR @known_hash <> @intent_hash)
${refusal('NONDETERMINISTIC_REPLAY')}
  IF @known_batch >= @batch
  BEGIN
    COMMIT TRANSACTION;
    SELECT 0 AS [applied], @@TRANCOUNT AS [open_transactions];
    RETURN 0;
  END;
  IF @known_batch <> @batch - 1
${refusal('BATCH_GAP')}
${ownerCheck(progress, target)}${rowsTable(target.shape)}
${pieces(target)}
  UPDATE ${progress}
  SET [epoch] = @epoch, [batch_id] = @batch, [digest] = @digest, [intent_hash] = @intent_hash, [intent] = @intent
  WHERE ${OWN_ROW};
  COMMIT TRANSACTION;
  SELECT 1 AS [applied], @@TRANCOUNT AS [open_transactions];
END`;
}

function refusal(name: keyof typeof MSSQL_REFUSALS): string {
  return `  BEGIN
    ROLLBACK TRANSACTION;
    THROW ${MSSQL_REFUSALS[name]}, '${name}', 1;
  END;`;
}

function ownerVariable({ shared, table }: MssqlTarget): string {
  return shared ? '' : `  DECLARE @target NVARCHAR(300) = ${literal(qualified(table))};\n`;
}

/** Once more with the first batch: two sinks that were opened at once have both found nobody. */
function ownerCheck(progress: string, { shared }: MssqlTarget): string {
  if (shared) return '';
  return `  IF @batch = 1 AND EXISTS (SELECT 1 FROM ${progress} WITH (UPDLOCK) WHERE ${OTHER_OWNERS})
${refusal('OTHER_OWNER')}
`;
}

const column = (index: number): string => `[c${index}]`;

/** The rows, typed: position, +1 or -1, and a column each. */
function rowsTable({ schema, key }: SinkShape): string {
  const columns = schema.map(({ type }, index) => {
    const characters = key.includes(index) ? KEY_CHARACTERS_TAKEN : null;
    return `${column(index)} ${declaredType(type, characters)} NULL`;
  });
  const read = schema.map(({ type }, index) => `${column(index)} ${jsonType(type)} '$[${index + 2}]'`);
  const values = schema.map(({ type }, index) => fromJson(`j.${column(index)}`, type));
  return `  CREATE TABLE [#rows] (
    ${['[n] INT NOT NULL PRIMARY KEY', '[op] INT NOT NULL', ...columns].join(',\n    ')}
  );
  INSERT INTO [#rows]
  SELECT ${['j.[n]', 'j.[op]', ...values].join(', ')}
  FROM OPENJSON(@rows) WITH (
    ${["[n] INT '$[0]'", "[op] INT '$[1]'", ...read].join(',\n    ')}
  ) AS j;`;
}

/** In pieces, so that no statement takes so many locks that the server would lock the whole table instead (S8). */
function pieces(target: MssqlTarget): string {
  const statements = rowStatements(target).map((text) => text.replace(/^/gmu, '    '));
  return `  DECLARE @from INT = 0, @count INT;
  SELECT @count = COUNT(*) FROM [#rows];
  WHILE @from < @count
  BEGIN
${statements.join('\n')}
    SET @from = @from + ${target.batchRows};
  END;`;
}

function rowStatements(target: MssqlTarget): readonly string[] {
  const { shape, batchRows } = target;
  const name = qualified(target.table);
  const piece = `r.[n] >= @from AND r.[n] < @from + ${batchRows}`;
  const names = shape.schema.map((field) => quoteName(field.name)).join(', ');
  const values = shape.schema.map((_, index) => `r.${column(index)}`).join(', ');
  const insert = `INSERT INTO ${name} (${names})\nSELECT ${values} FROM [#rows] AS r\nWHERE r.[op] > 0 AND ${piece}`;
  if (shape.key.length === 0) return [`${insert}\nORDER BY r.[n];`];
  const match = shape.key.map((index) => matchText(shape, index)).join(' AND ');
  const rest = shape.schema.flatMap((field, index) =>
    shape.key.includes(index) ? [] : [`${quoteName(field.name)} = r.${column(index)}`],
  );
  const found = `FROM ${name} AS t\nJOIN [#rows] AS r ON ${match}\nWHERE`;
  const update = `UPDATE t SET ${rest.join(', ')}\n${found} r.[op] > 0 AND ${piece};`;
  const order = shape.key.map((index) => `r.${column(index)}`).join(', ');
  return [
    `DELETE t\n${found} r.[op] < 0 AND ${piece};`,
    ...(shape.conflict === 'update' && rest.length > 0 ? [update] : []),
    `${insert}\n  AND NOT EXISTS (SELECT 1 FROM ${name} AS t WITH (UPDLOCK, SERIALIZABLE) WHERE ${match})\nORDER BY ${order};`,
  ];
}

/** NULL is a key value like others, as it is for GROUP BY. */
function matchText({ schema }: SinkShape, index: number): string {
  const field = schema[index];
  if (field === undefined) return '';
  const mine = `t.${quoteName(field.name)}`;
  const theirs = `r.${column(index)}`;
  const collated = isVariable(field.type) && field.type.kind !== 'varbinary' ? ` COLLATE ${KEY_COLLATION}` : '';
  const equal = `${mine} = ${theirs}${collated}`;
  return field.nullable ? `(${equal} OR (${mine} IS NULL AND ${theirs} IS NULL))` : equal;
}
