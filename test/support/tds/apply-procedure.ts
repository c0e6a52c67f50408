/**
 * A procedure of the shape in which the SQL Server sink applies a batch: lock, compare, upsert, note progress, all or
 * nothing.
 */

export const APPLY_SCHEMA: readonly string[] = [
  "IF SCHEMA_ID(N'stream') IS NULL EXEC(N'CREATE SCHEMA stream');",
  `IF OBJECT_ID(N'stream.progress', N'U') IS NULL
CREATE TABLE stream.progress (
  query_id nvarchar(100) NOT NULL, sink_id nvarchar(100) NOT NULL, epoch bigint NOT NULL, batch_id bigint NOT NULL,
  digest varbinary(32) NULL, seen_epoch bigint NULL,
  CONSTRAINT pk_progress PRIMARY KEY (query_id, sink_id));`,
  `IF OBJECT_ID(N'dbo.Target', N'U') IS NULL
CREATE TABLE dbo.Target (id bigint NOT NULL PRIMARY KEY, amt decimal(38,10) NULL, ts datetime2(7) NULL);`,
  "IF OBJECT_ID(N'stream.apply', N'P') IS NULL EXEC(N'CREATE PROCEDURE stream.apply AS RETURN 0;');",
  `ALTER PROCEDURE stream.apply
  @q nvarchar(100), @s nvarchar(100), @epoch bigint, @batch bigint, @digest varbinary(32), @rows nvarchar(max)
AS
BEGIN
  SET NOCOUNT ON;
  SET XACT_ABORT ON;
  DECLARE @e bigint, @b bigint, @d varbinary(32);
  BEGIN TRAN;
  UPDATE stream.progress SET seen_epoch = @epoch WHERE query_id = @q AND sink_id = @s;
  IF @@ROWCOUNT <> 1 THROW 51000, 'NOT_REGISTERED', 1;
  SELECT @e = epoch, @b = batch_id, @d = digest FROM stream.progress WHERE query_id = @q AND sink_id = @s;
  IF @e > @epoch THROW 51001, 'FENCED', 1;
  IF @b = @batch AND @d <> @digest THROW 51002, 'NONDETERMINISTIC_REPLAY', 1;
  IF @b >= @batch BEGIN COMMIT; RETURN 1; END;
  IF @b <> @batch - 1 THROW 51003, 'BATCH_GAP', 1;
  SELECT id, amt, ts INTO #r
  FROM OPENJSON(@rows) WITH (id bigint '$.id', amt decimal(38,10) '$.amt', ts datetime2(7) '$.ts');
  UPDATE t SET t.amt = r.amt, t.ts = r.ts
  FROM dbo.Target t WITH (UPDLOCK, SERIALIZABLE) JOIN #r r ON r.id = t.id;
  INSERT dbo.Target (id, amt, ts)
  SELECT r.id, r.amt, r.ts FROM #r r
  WHERE NOT EXISTS (SELECT 1 FROM dbo.Target t WITH (UPDLOCK, SERIALIZABLE) WHERE t.id = r.id);
  UPDATE stream.progress SET epoch = @epoch, batch_id = @batch, digest = @digest WHERE query_id = @q AND sink_id = @s;
  COMMIT;
  RETURN 0;
END`,
  "INSERT stream.progress (query_id, sink_id, epoch, batch_id) VALUES (N'q', N's', 1, 0);",
];
