import com.microsoft.sqlserver.jdbc.SQLServerBulkCopy;
import com.microsoft.sqlserver.jdbc.SQLServerDataTable;
import com.microsoft.sqlserver.jdbc.SQLServerPreparedStatement;
import java.math.BigDecimal;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;

/** Talks to a server through Microsoft's own driver and prints, line by line, what came back. The URL comes from ESQL_JDBC_URL. */
public final class Exchange {
  private static void say(String name, Object value) {
    System.out.println(name + "=" + value);
  }

  public static void main(String[] arguments) throws Exception {
    try (Connection connection = DriverManager.getConnection(System.getenv("ESQL_JDBC_URL"))) {
      say("product", connection.getMetaData().getDatabaseProductName());
      types(connection);
      parameters(connection);
      procedure(connection);
      transactions(connection);
      errors(connection);
      bulk(connection);
      tableValue(connection);
      timeout(connection);
    }
  }

  private static void types(Connection connection) throws SQLException {
    String query = "SELECT CAST(9007199254740993 AS bigint), CAST('1234567890123456789012345678.0123456789' AS decimal(38,10)),"
        + " CAST('2026-11-24 01:02:03.1234567' AS datetime2(7)), CAST('2026-11-24' AS date), CAST('01:02:03.1234567' AS time(7)),"
        + " CAST('2026-11-24 01:02:03.1234567 +05:30' AS datetimeoffset(7)), CAST(1 AS bit), CAST(0.1 AS float), CAST(1.5 AS real),"
        + " N'gr\u00fc\u00dfe \ud83d\ude00', CAST(NULL AS nvarchar(max)), CAST(0x00ff AS varbinary(8)),"
        + " CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier), CAST(-12.3456 AS money), CAST('2026-11-24 01:02:03.127' AS datetime),"
        + " REPLICATE(CAST(N'x' AS nvarchar(max)), 100000)";
    try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      for (int column = 1; column <= 15; column++) say("type" + column, rows.getString(column));
      say("type16", rows.getString(16).length());
    }
  }

  private static void parameters(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("SELECT ? + 1, ?, ?, ?, ?")) {
      for (int run = 1; run <= 3; run++) {
        statement.setLong(1, 9007199254740992L);
        statement.setBigDecimal(2, new BigDecimal("1234567890123456789.005"));
        statement.setObject(3, java.time.LocalDateTime.parse("2026-11-24T01:02:03.123456700"));
        statement.setString(4, "na\u00efve");
        statement.setBytes(5, new byte[] {1, 2, 3});
        try (ResultSet rows = statement.executeQuery()) {
          rows.next();
          say("parameter" + run, rows.getString(1) + " " + rows.getString(2) + " " + rows.getString(3) + " " + rows.getString(4)
              + " " + rows.getBytes(5).length);
        }
      }
    }
  }

  private static void procedure(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE PROCEDURE dbo.twice @n bigint, @result bigint OUTPUT AS BEGIN SET NOCOUNT ON; SET @result = @n * 2; RETURN 7; END");
    }
    try (CallableStatement call = connection.prepareCall("{? = call dbo.twice(?, ?)}")) {
      call.registerOutParameter(1, Types.INTEGER);
      call.setLong(2, 21);
      call.registerOutParameter(3, Types.BIGINT);
      call.execute();
      say("procedure", call.getInt(1) + " " + call.getLong(3));
    }
  }

  private static long count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery("SELECT COUNT_BIG(*) FROM dbo.jdbc")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static void transactions(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE dbo.jdbc (id int NOT NULL PRIMARY KEY, amount decimal(19,0) NULL, name nvarchar(20) NULL)");
    }
    connection.setAutoCommit(false);
    try (PreparedStatement statement = connection.prepareStatement("INSERT INTO dbo.jdbc (id, amount, name) VALUES (?, ?, ?)")) {
      for (int id = 1; id <= 3; id++) {
        statement.setInt(1, id);
        statement.setBigDecimal(2, new BigDecimal("1234567890123456789"));
        statement.setString(3, "row " + id);
        statement.addBatch();
      }
      say("batch", statement.executeBatch().length);
    }
    connection.rollback();
    say("rolledBack", count(connection));
    try (Statement statement = connection.createStatement()) {
      say("inserted", statement.executeUpdate("INSERT INTO dbo.jdbc VALUES (1, 5, N'a'), (2, 6, NULL)"));
    }
    connection.commit();
    connection.setAutoCommit(true);
    say("committed", count(connection));
  }

  private static void errors(Connection connection) throws SQLException {
    String[] statements = {
      "INSERT INTO dbo.jdbc VALUES (1, 1, N'again')", "INSERT INTO dbo.jdbc VALUES (NULL, 1, N'x')", "SELECT * FROM dbo.missing",
      "INSERT INTO dbo.jdbc VALUES (9, 1, N'much longer than twenty characters')", "SELECT CAST('x' AS int)", "SELECT 1/0",
      "THROW 51001, 'FENCED', 1", "SELEC 1",
    };
    for (String text : statements) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(text);
        say("error", "none");
      } catch (SQLException problem) {
        say("error", problem.getErrorCode());
      }
    }
  }

  private static void bulk(Connection connection) throws SQLException {
    String query = "SELECT id + 100 AS id, amount, name FROM dbo.jdbc UNION ALL SELECT 200, 1234567890123456789, REPLICATE(N'z', 20)";
    try (Connection other = DriverManager.getConnection(System.getenv("ESQL_JDBC_URL"));
        Statement statement = other.createStatement();
        ResultSet rows = statement.executeQuery(query);
        SQLServerBulkCopy copy = new SQLServerBulkCopy(connection)) {
      copy.setDestinationTableName("dbo.jdbc");
      copy.writeToServer(rows);
    }
    say("bulk", count(connection));
  }

  private static void tableValue(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TYPE dbo.pairs AS TABLE (id int NOT NULL, name nvarchar(20) NULL)");
    }
    SQLServerDataTable table = new SQLServerDataTable();
    table.addColumnMetadata("id", Types.INTEGER);
    table.addColumnMetadata("name", Types.NVARCHAR);
    table.addRow(1, "one");
    table.addRow(2, null);
    try (SQLServerPreparedStatement statement =
        (SQLServerPreparedStatement) connection.prepareStatement("SELECT COUNT(*), SUM(id), MAX(name) FROM ?")) {
      statement.setStructured(1, "dbo.pairs", table);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        say("tableValue", rows.getInt(1) + " " + rows.getInt(2) + " " + rows.getString(3));
      }
    }
  }

  private static void timeout(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      statement.execute("WAITFOR DELAY '00:00:30'");
      say("timeout", "none");
    } catch (SQLException problem) {
      say("timeout", problem.getMessage().contains("timed out"));
    }
    say("afterTimeout", count(connection));
  }
}
