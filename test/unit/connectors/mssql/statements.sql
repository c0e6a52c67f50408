-- schema [stream]
IF SCHEMA_ID(N'stream') IS NULL EXEC(N'CREATE SCHEMA [stream]');

-- table [stream].[progress]
IF OBJECT_ID(N'[stream].[progress]', N'U') IS NULL EXEC(N'CREATE TABLE [stream].[progress] (
  [query_id] NVARCHAR(200) COLLATE Latin1_General_BIN2 NOT NULL,
  [sink_id] NVARCHAR(200) COLLATE Latin1_General_BIN2 NOT NULL,
  [target] NVARCHAR(300) COLLATE Latin1_General_BIN2 NOT NULL,
  [epoch] BIGINT NOT NULL,
  [batch_id] BIGINT NOT NULL,
  [digest] VARCHAR(64) NOT NULL,
  [intent_hash] VARCHAR(128) NOT NULL,
  [intent] NVARCHAR(MAX) NOT NULL,
  [seen_epoch] BIGINT NOT NULL,
  PRIMARY KEY ([query_id], [sink_id])
)');

-- table [dbo].[results]
IF OBJECT_ID(N'[dbo].[results]', N'U') IS NULL EXEC(N'CREATE TABLE [dbo].[results] (
  [id] BIGINT NOT NULL,
  [name] NVARCHAR(MAX) NULL,
  PRIMARY KEY ([id])
)');

-- procedure [stream].[register_25537511e904]
IF OBJECT_ID(N'[stream].[register_25537511e904]', N'P') IS NULL EXEC(N'CREATE PROCEDURE [stream].[register_25537511e904]
  @query_id NVARCHAR(200), @sink_id NVARCHAR(200), @target NVARCHAR(300), @epoch BIGINT, @shared INT
AS
BEGIN
  SET NOCOUNT ON;
  SET XACT_ABORT ON;
  DECLARE @known BIGINT, @other_query NVARCHAR(200), @other_sink NVARCHAR(200);
  BEGIN TRANSACTION;
  UPDATE [stream].[progress] SET [seen_epoch] = @epoch WHERE [query_id] = @query_id AND [sink_id] = @sink_id;
  IF @@ROWCOUNT = 0 AND @epoch > 0
    INSERT INTO [stream].[progress]
      ([query_id], [sink_id], [target], [epoch], [batch_id], [digest], [intent_hash], [intent], [seen_epoch])
    VALUES (@query_id, @sink_id, @target, @epoch, 0, '''', '''', N'''', @epoch);
  SELECT @known = [epoch] FROM [stream].[progress] WHERE [query_id] = @query_id AND [sink_id] = @sink_id;
  IF @epoch > 0 AND @epoch >= @known
  BEGIN
    IF @shared = 0
      SELECT TOP (1) @other_query = [query_id], @other_sink = [sink_id] FROM [stream].[progress] WHERE [target] = @target AND [batch_id] > 0 AND NOT ([query_id] = @query_id AND [sink_id] = @sink_id);
    IF @other_query IS NULL
      UPDATE [stream].[progress] SET [epoch] = @epoch, [target] = @target WHERE [query_id] = @query_id AND [sink_id] = @sink_id;
  END;
  COMMIT TRANSACTION;
  SELECT CAST([epoch] AS VARCHAR(20)) AS [epoch], CAST([batch_id] AS VARCHAR(20)) AS [batch_id], [digest],
    [intent_hash], [intent], @other_query AS [other_query], @other_sink AS [other_sink],
    @@TRANCOUNT AS [open_transactions]
  FROM [stream].[progress] WHERE [query_id] = @query_id AND [sink_id] = @sink_id;
END');

-- procedure [stream].[apply_out_33dcf929d0e2]
IF OBJECT_ID(N'[stream].[apply_out_33dcf929d0e2]', N'P') IS NULL EXEC(N'CREATE PROCEDURE [stream].[apply_out_33dcf929d0e2]
  @query_id NVARCHAR(200), @sink_id NVARCHAR(200), @epoch BIGINT, @batch BIGINT, @digest VARCHAR(64),
  @intent_hash VARCHAR(128), @intent NVARCHAR(MAX), @rows NVARCHAR(MAX)
AS
BEGIN
  SET NOCOUNT ON;
  SET XACT_ABORT ON;
  DECLARE @known_epoch BIGINT, @known_batch BIGINT, @known_digest VARCHAR(64), @known_hash VARCHAR(128);
  DECLARE @target NVARCHAR(300) = N''[dbo].[results]'';
  BEGIN TRANSACTION;
  UPDATE [stream].[progress] SET [seen_epoch] = @epoch WHERE [query_id] = @query_id AND [sink_id] = @sink_id;
  IF @@ROWCOUNT <> 1
  BEGIN
    ROLLBACK TRANSACTION;
    THROW 51000, ''NOT_REGISTERED'', 1;
  END;
  SELECT @known_epoch = [epoch], @known_batch = [batch_id], @known_digest = [digest], @known_hash = [intent_hash]
  FROM [stream].[progress] WHERE [query_id] = @query_id AND [sink_id] = @sink_id;
  IF @known_epoch > @epoch
  BEGIN
    ROLLBACK TRANSACTION;
    THROW 51001, ''FENCED'', 1;
  END;
  IF @known_batch = @batch AND (@known_digest <> @digest OR @known_hash <> @intent_hash)
  BEGIN
    ROLLBACK TRANSACTION;
    THROW 51002, ''NONDETERMINISTIC_REPLAY'', 1;
  END;
  IF @known_batch >= @batch
  BEGIN
    COMMIT TRANSACTION;
    SELECT 0 AS [applied], @@TRANCOUNT AS [open_transactions];
    RETURN 0;
  END;
  IF @known_batch <> @batch - 1
  BEGIN
    ROLLBACK TRANSACTION;
    THROW 51003, ''BATCH_GAP'', 1;
  END;
  IF @batch = 1 AND EXISTS (SELECT 1 FROM [stream].[progress] WITH (UPDLOCK) WHERE [target] = @target AND [batch_id] > 0 AND NOT ([query_id] = @query_id AND [sink_id] = @sink_id))
  BEGIN
    ROLLBACK TRANSACTION;
    THROW 51004, ''OTHER_OWNER'', 1;
  END;
  CREATE TABLE [#rows] (
    [n] INT NOT NULL PRIMARY KEY,
    [op] INT NOT NULL,
    [c0] BIGINT NULL,
    [c1] NVARCHAR(MAX) NULL
  );
  INSERT INTO [#rows]
  SELECT j.[n], j.[op], j.[c0], j.[c1]
  FROM OPENJSON(@rows) WITH (
    [n] INT ''$[0]'',
    [op] INT ''$[1]'',
    [c0] BIGINT ''$[2]'',
    [c1] NVARCHAR(MAX) ''$[3]''
  ) AS j;
  DECLARE @from INT = 0, @count INT;
  SELECT @count = COUNT(*) FROM [#rows];
  WHILE @from < @count
  BEGIN
    DELETE t
    FROM [dbo].[results] AS t
    JOIN [#rows] AS r ON t.[id] = r.[c0]
    WHERE r.[op] < 0 AND r.[n] >= @from AND r.[n] < @from + 4000;
    UPDATE t SET [name] = r.[c1]
    FROM [dbo].[results] AS t
    JOIN [#rows] AS r ON t.[id] = r.[c0]
    WHERE r.[op] > 0 AND r.[n] >= @from AND r.[n] < @from + 4000;
    INSERT INTO [dbo].[results] ([id], [name])
    SELECT r.[c0], r.[c1] FROM [#rows] AS r
    WHERE r.[op] > 0 AND r.[n] >= @from AND r.[n] < @from + 4000
      AND NOT EXISTS (SELECT 1 FROM [dbo].[results] AS t WITH (UPDLOCK, SERIALIZABLE) WHERE t.[id] = r.[c0])
    ORDER BY r.[c0];
    SET @from = @from + 4000;
  END;
  UPDATE [stream].[progress]
  SET [epoch] = @epoch, [batch_id] = @batch, [digest] = @digest, [intent_hash] = @intent_hash, [intent] = @intent
  WHERE [query_id] = @query_id AND [sink_id] = @sink_id;
  COMMIT TRANSACTION;
  SELECT 1 AS [applied], @@TRANCOUNT AS [open_transactions];
END');
