import java.io.ByteArrayOutputStream;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.Date;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Savepoint;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** Queries, parameters, cursors and copies, as tools do them. */
final class Reading {
    private static final String TYPES = "SELECT true AS a_bool, 2::int2 AS a_int2, 3::int4 AS a_int4, 4::int8 AS a_int8,"
            + " 1.5::float4 AS a_float4, 1e20::float8 AS a_float8, 123.4500::numeric(10, 4) AS a_numeric, 'text'::text AS a_text,"
            + " 'abc'::varchar(5) AS a_varchar, '\\x00ff'::bytea AS a_bytea, DATE '2026-11-23' AS a_date, TIME '01:02:03.5' AS a_time,"
            + " TIMESTAMP '2026-11-23 01:02:03.25' AS a_timestamp, TIMESTAMPTZ '2026-11-23 01:02:03+00' AS a_timestamptz,"
            + " INTERVAL '1 year 2 days 3 hours' AS an_interval, '12345678-1234-5678-1234-567812345678'::uuid AS a_uuid,"
            + " '{\"a\": [1, null]}'::jsonb AS a_jsonb, ARRAY[1, NULL, 3]::int4[] AS an_array, ARRAY['a', NULL, 'b c'] AS texts,"
            + " NULL::int4 AS nothing";
    private static final String SLOW = "SELECT count(*) FROM silver.numbers a, silver.numbers b, silver.numbers c"
            + " WHERE a.half + b.half = c.half + 0.1";

    private static void readEveryType(ResultSet row) throws Exception {
        Place.same(row.next(), true);
        Place.same(row.getBoolean("a_bool"), true);
        Place.same(row.getByte("a_int2"), (byte) 2);
        Place.same(row.getShort("a_int2"), (short) 2);
        Place.same(row.getInt("a_int4"), 3);
        Place.same(row.getLong("a_int8"), 4L);
        Place.same(row.getFloat("a_float4"), 1.5f);
        Place.same(row.getDouble("a_float8"), 1e20);
        Place.same(row.getBigDecimal("a_numeric"), new BigDecimal("123.4500"));
        Place.same(row.getString("a_text"), "text");
        Place.same(row.getString("a_varchar"), "abc");
        Place.same(row.getBytes("a_bytea"), new byte[] {0, (byte) 255});
        Place.same(row.getBinaryStream("a_bytea").readAllBytes(), new byte[] {0, (byte) 255});
        Place.same(new String(row.getAsciiStream("a_text").readAllBytes(), StandardCharsets.US_ASCII), "text");
        StringWriter text = new StringWriter();
        row.getCharacterStream("a_text").transferTo(text);
        Place.same(text.toString(), "text");
        Place.same(row.getDate("a_date"), Date.valueOf("2026-11-23"));
        Place.same(row.getTime("a_time").toLocalTime(), LocalTime.of(1, 2, 3));
        Place.same(row.getTimestamp("a_timestamp"), Timestamp.valueOf("2026-11-23 01:02:03.25"));
        Place.same(row.getTimestamp("a_timestamptz").toInstant(), OffsetDateTime.of(2026, 11, 23, 1, 2, 3, 0, ZoneOffset.UTC).toInstant());
        Place.same(row.getObject("a_date", LocalDate.class), LocalDate.of(2026, 11, 23));
        Place.same(row.getObject("a_time", LocalTime.class), LocalTime.of(1, 2, 3, 500_000_000));
        Place.same(row.getObject("a_timestamp", LocalDateTime.class), LocalDateTime.of(2026, 11, 23, 1, 2, 3, 250_000_000));
        Place.same(row.getObject("a_timestamptz", OffsetDateTime.class), OffsetDateTime.of(2026, 11, 23, 1, 2, 3, 0, ZoneOffset.UTC));
        Place.same(row.getObject("an_interval").toString(), "1 years 0 mons 2 days 3 hours 0 mins 0.0 secs");
        Place.same(row.getObject("a_uuid"), UUID.fromString("12345678-1234-5678-1234-567812345678"));
        Place.same(row.getString("a_jsonb"), "{\"a\": [1, null]}");
        Place.same(row.getArray("an_array").getArray(), new Integer[] {1, null, 3});
        Place.same(row.getArray("texts").getArray(), new String[] {"a", null, "b c"});
        Place.same(row.getInt("nothing"), 0);
        Place.same(row.wasNull(), true);
        Place.same(row.getObject("nothing"), null);
        Place.same(row.next(), false);
    }

    static void everyTypeIsReadAsText() throws Exception {
        try (Connection connection = Place.connect("binaryTransfer", "false"); Statement statement = connection.createStatement()) {
            readEveryType(statement.executeQuery(TYPES));
        }
    }

    static void everyTypeIsReadInBinaryAfterFiveExecutions() throws Exception {
        try (Connection connection = Place.connect("prepareThreshold", "5");
                PreparedStatement statement = connection.prepareStatement(TYPES)) {
            for (int time = 0; time < 8; time++) {
                readEveryType(statement.executeQuery());
            }
        }
    }

    static void everyTypeIsReadInBinaryAtOnce() throws Exception {
        try (Connection connection = Place.connect("prepareThreshold", "-1");
                PreparedStatement statement = connection.prepareStatement(TYPES)) {
            readEveryType(statement.executeQuery());
        }
    }

    static void aResultDescribesItsColumns() throws Exception {
        try (Connection connection = Place.connect(); Statement statement = connection.createStatement()) {
            ResultSetMetaData meta = statement.executeQuery("SELECT customer_id, email, amount AS a, created_at FROM silver.customers").getMetaData();
            Place.same(meta.getColumnTypeName(1), "int8");
            Place.same(meta.getPrecision(2), 200);
            Place.same(meta.getPrecision(3), 18);
            Place.same(meta.getScale(3), 2);
            Place.same(meta.getColumnLabel(3), "a");
            Place.same(meta.getColumnType(4), Types.TIMESTAMP);
            Place.same(meta.getColumnClassName(1), "java.lang.Long");
            // From the table that the server names in RowDescription:
            Place.same(meta.getTableName(1), "customers");
            Place.same(meta.getColumnName(1), "customer_id");
            meta.isNullable(1);
            meta.isAutoIncrement(1);
        }
    }

    static void everyParameterTypeArrives() throws Exception {
        String sql = "SELECT ?::bool, ?::int2, ?::int4, ?::int8, ?::float4, ?::float8, ?::numeric(10, 4), ?::text, ?::bytea, ?::date,"
                + " ?::time, ?::timestamp, ?::timestamptz, ?::uuid, ?::int4[], ?::text, ?::jsonb";
        for (String threshold : List.of("0", "-1", "1")) {
            try (Connection connection = Place.connect("prepareThreshold", threshold);
                    PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int time = 0; time < 3; time++) {
                    statement.setBoolean(1, true);
                    statement.setShort(2, (short) 2);
                    statement.setInt(3, 3);
                    statement.setLong(4, 4);
                    statement.setFloat(5, 1.5f);
                    statement.setDouble(6, 1e20);
                    statement.setBigDecimal(7, new BigDecimal("123.4500"));
                    statement.setString(8, "it's \u00e9\\");
                    statement.setBytes(9, new byte[] {0, (byte) 255});
                    statement.setObject(10, LocalDate.of(2026, 11, 23));
                    statement.setObject(11, LocalTime.of(1, 2, 3));
                    statement.setTimestamp(12, Timestamp.valueOf("2026-11-23 01:02:03.25"));
                    statement.setObject(13, OffsetDateTime.of(2026, 11, 23, 1, 2, 3, 0, ZoneOffset.UTC));
                    statement.setObject(14, UUID.fromString("12345678-1234-5678-1234-567812345678"));
                    statement.setArray(15, connection.createArrayOf("int4", new Integer[] {1, null, 3}));
                    statement.setNull(16, Types.VARCHAR);
                    statement.setObject(17, "{\"k\": 1}", Types.OTHER);
                    ResultSet row = statement.executeQuery();
                    row.next();
                    Place.same(row.getBoolean(1), true);
                    Place.same(row.getInt(2) + row.getInt(3) + row.getInt(4), 9);
                    Place.same(row.getFloat(5), 1.5f);
                    Place.same(row.getDouble(6), 1e20);
                    Place.same(row.getBigDecimal(7), new BigDecimal("123.4500"));
                    Place.same(row.getString(8), "it's \u00e9\\");
                    Place.same(row.getBytes(9), new byte[] {0, (byte) 255});
                    Place.same(row.getObject(10, LocalDate.class), LocalDate.of(2026, 11, 23));
                    Place.same(row.getObject(11, LocalTime.class), LocalTime.of(1, 2, 3));
                    Place.same(row.getTimestamp(12), Timestamp.valueOf("2026-11-23 01:02:03.25"));
                    Place.same(row.getObject(13, OffsetDateTime.class), OffsetDateTime.of(2026, 11, 23, 1, 2, 3, 0, ZoneOffset.UTC));
                    Place.same(row.getObject(14), UUID.fromString("12345678-1234-5678-1234-567812345678"));
                    Place.same(row.getArray(15).getArray(), new Integer[] {1, null, 3});
                    Place.same(row.getString(16), null);
                    Place.same(row.getString(17), "{\"k\": 1}");
                }
            }
        }
    }

    static void theServerInfersParameterTypes() throws Exception {
        String sql = "SELECT order_id FROM silver.orders WHERE order_id = ? AND total < ? AND order_date >= ?";
        try (Connection connection = Place.connect(); PreparedStatement statement = connection.prepareStatement(sql)) {
            ParameterMetaData meta = statement.getParameterMetaData();
            Place.same(meta.getParameterTypeName(1) + meta.getParameterTypeName(2) + meta.getParameterTypeName(3), "int8float8date");
            statement.setLong(1, 1);
            statement.setDouble(2, 100);
            statement.setDate(3, Date.valueOf("2025-01-01"));
            ResultSet row = statement.executeQuery();
            Place.same(row.next() && row.getLong(1) == 1, true);
        }
    }

    static void anArrayParameterReplacesAList() throws Exception {
        try (Connection connection = Place.connect();
                PreparedStatement statement = connection.prepareStatement("SELECT count(*) FROM silver.numbers WHERE id = ANY (?)")) {
            statement.setArray(1, connection.createArrayOf("int4", new Integer[] {1, 5, 29999, 30000}));
            ResultSet row = statement.executeQuery();
            row.next();
            Place.same(row.getInt(1), 3);
        }
    }

    static void fetchSizeReadsACursorInPieces() throws Exception {
        try (Connection connection = Place.connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.setFetchSize(1000);
            ResultSet rows = statement.executeQuery("SELECT id, name FROM silver.numbers ORDER BY id");
            int count = 0;
            while (rows.next()) {
                Place.same(rows.getInt(1), count++);
            }
            Place.same(count, 30000);
            rows = statement.executeQuery("SELECT id FROM silver.numbers ORDER BY id");
            rows.next();
            rows.close(); // a portal that is left
            try (Statement second = connection.createStatement()) {
                second.executeQuery("SELECT 1").next();
            }
            connection.commit();
        }
    }

    static void adaptiveFetchReadsAll() throws Exception {
        try (Connection connection = Place.connect("adaptiveFetch", "true", "defaultRowFetchSize", "100", "maxResultBuffer", "20M");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            ResultSet rows = statement.executeQuery("SELECT * FROM silver.numbers");
            int count = 0;
            while (rows.next()) {
                count++;
            }
            Place.same(count, 30000);
        }
    }

    static void maxRowsAndScrollingWork() throws Exception {
        try (Connection connection = Place.connect();
                Statement statement = connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY)) {
            statement.setMaxRows(7);
            ResultSet rows = statement.executeQuery("SELECT id FROM silver.numbers ORDER BY id");
            Place.same(rows.last(), true);
            Place.same(rows.getInt(1), 6);
            rows.absolute(2);
            Place.same(rows.getInt(1), 1);
        }
    }

    static void severalResultsOfOneStatement() throws Exception {
        try (Connection connection = Place.connect(); Statement statement = connection.createStatement()) {
            Place.same(statement.execute("SELECT 1; SELECT 2; SET TimeZone = 'UTC'; SELECT 3"), true);
            List<Integer> found = new ArrayList<>();
            boolean isResult = true;
            while (isResult || statement.getUpdateCount() != -1) {
                if (isResult) {
                    statement.getResultSet().next();
                    found.add(statement.getResultSet().getInt(1));
                }
                isResult = statement.getMoreResults();
            }
            Place.same(found, List.of(1, 2, 3));
        }
    }

    static void simpleQueryModeReads() throws Exception {
        for (String mode : List.of("simple", "extended", "extendedForPrepared", "extendedCacheEverything")) {
            try (Connection connection = Place.connect("preferQueryMode", mode);
                    PreparedStatement statement = connection.prepareStatement("SELECT ?::int4 + 1, ?")) {
                for (int time = 0; time < 7; time++) {
                    statement.setInt(1, 41);
                    statement.setString(2, "it's");
                    ResultSet row = statement.executeQuery();
                    row.next();
                    Place.same(row.getInt(1) + row.getString(2), "42it's");
                }
            }
        }
    }

    static void cancelEndsAStatement() throws Exception {
        try (Connection connection = Place.connect(); Statement statement = connection.createStatement()) {
            Thread canceler = new Thread(() -> {
                try {
                    Thread.sleep(300);
                    statement.cancel();
                } catch (Exception error) {
                    throw new IllegalStateException(error);
                }
            });
            canceler.start();
            Place.same(Place.stateOf(() -> statement.executeQuery(SLOW)), "57014");
            canceler.join();
            Place.same(statement.executeQuery("SELECT 1").next(), true);
        }
    }

    static void queryTimeoutEndsAStatement() throws Exception {
        try (Connection connection = Place.connect(); Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            Place.same(Place.stateOf(() -> statement.executeQuery(SLOW)), "57014");
            statement.setQueryTimeout(0);
            Place.same(statement.executeQuery("SELECT 1").next(), true);
        }
    }

    static void savepointsRollBack() throws Exception {
        try (Connection connection = Place.connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeQuery("SELECT 1");
            Savepoint named = connection.setSavepoint("before it");
            Place.same(Place.stateOf(() -> statement.executeQuery("SELECT nothing")), "42703");
            Place.same(Place.stateOf(() -> statement.executeQuery("SELECT 1")), "25P02");
            connection.rollback(named);
            Place.same(statement.executeQuery("SELECT 1").next(), true);
            Savepoint unnamed = connection.setSavepoint();
            connection.releaseSavepoint(unnamed);
            connection.commit();
            connection.rollback();
        }
    }

    static void autosaveKeepsATransaction() throws Exception {
        try (Connection connection = Place.connect("autosave", "always"); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeQuery("SELECT 1").next();
            Place.same(Place.stateOf(() -> statement.executeQuery("SELECT nothing")), "42703");
            Place.same(statement.executeQuery("SELECT 1").next(), true);
            connection.commit();
        }
    }

    static void errorsCarryStatePositionAndHint() throws Exception {
        try (Connection connection = Place.connect(); Statement statement = connection.createStatement()) {
            statement.executeQuery("SELECT * FROM silver.nothing");
            throw new AssertionError("no error");
        } catch (org.postgresql.util.PSQLException error) {
            Place.same(error.getSQLState(), "42P01");
            Place.same(error.getServerErrorMessage().getPosition(), 15);
            Place.same(error.getServerErrorMessage().getSeverity(), "ERROR");
        }
    }

    static void isolationAndReadOnlyAreSet() throws Exception {
        try (Connection connection = Place.connect("readOnly", "true", "readOnlyMode", "always"); Statement statement = connection.createStatement()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            statement.executeQuery("SELECT count(*) FROM silver.orders").next();
            ResultSet row = statement.executeQuery("SHOW transaction_isolation");
            row.next();
            Place.same(row.getString(1), "repeatable read");
            connection.commit();
        }
    }

    static void copyManagerReadsAndWrites() throws Exception {
        try (Connection connection = Place.connect()) {
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            StringWriter out = new StringWriter();
            Place.same(copy.copyOut("COPY (SELECT order_id, total FROM silver.orders ORDER BY 1) TO STDOUT WITH (FORMAT csv, HEADER)", out), 3L);
            Place.same(out.toString(), "order_id,total\n1,99.5\n2,12.25\n3,7.75\n");
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            copy.copyOut("COPY silver.orders TO STDOUT (FORMAT binary)", bytes);
            Place.same(new String(bytes.toByteArray(), 0, 6, StandardCharsets.US_ASCII), "PGCOPY");
            long copied = copy.copyIn("COPY bronze.inbox FROM STDIN WITH (FORMAT csv, HEADER)", new java.io.StringReader("id,label\n101,jdbc\n102,jdbc\n"));
            Place.same(copied, 2L);
        }
    }

    static void rowsOfQuarantineAreRepairedInABatch() throws Exception {
        try (Connection connection = Place.connect("reWriteBatchedInserts", "true");
                PreparedStatement statement = connection.prepareStatement("UPDATE quarantine.orders SET total = ? WHERE order_id = ?")) {
            for (int time = 1; time <= 3; time++) {
                statement.setDouble(1, time);
                statement.setLong(2, 4);
                statement.addBatch();
            }
            Place.same(statement.executeBatch(), new int[] {1, 1, 1});
        }
    }

    static void insertsAreRefusedInABatchToo() throws Exception {
        try (Connection connection = Place.connect("reWriteBatchedInserts", "true");
                PreparedStatement statement = connection.prepareStatement("INSERT INTO bronze.inbox (id, label) VALUES (?, ?)")) {
            for (int time = 1; time <= 3; time++) {
                statement.setInt(1, time);
                statement.setString(2, "x");
                statement.addBatch();
            }
            Place.same(Place.stateOf(statement::executeBatch), "0A000");
        }
    }

    static void notificationsArrive() throws Exception {
        try (Connection listener = Place.connect(); Connection speaker = Place.connect(); Statement statement = speaker.createStatement()) {
            listener.createStatement().execute("LISTEN matrix");
            statement.execute("NOTIFY matrix, 'hello'");
            var found = listener.unwrap(PGConnection.class).getNotifications(5000);
            Place.same(found.length, 1);
            Place.same(found[0].getParameter(), "hello");
        }
    }

    static void aRefreshAnswersARowAndNotices() throws Exception {
        try (Connection connection = Place.connect(); Statement statement = connection.createStatement()) {
            ResultSet row = statement.executeQuery("REFRESH silver.orders");
            row.next();
            Place.same(row.getString("status"), "succeeded");
        }
    }

    static void aRoleReadsWhatItMay() throws Exception {
        try (Connection connection = Place.connect("user", "reports", "password", "reports' own"); Statement statement = connection.createStatement()) {
            Place.same(statement.executeQuery("SELECT * FROM gold.revenue").next(), true);
            Place.same(Place.stateOf(() -> statement.executeQuery("SELECT * FROM silver.orders")), "42501");
        }
        Place.same(Place.stateOf(() -> Place.connect("password", "wrong")), "28P01");
    }

    static void fiftyStatementsAtOnce() throws Exception {
        try (Connection connection = Place.connect("preparedStatementCacheQueries", "5", "prepareThreshold", "1")) {
            for (int number = 0; number < 50; number++) {
                try (PreparedStatement statement = connection.prepareStatement("SELECT ?::int4 + " + number)) {
                    statement.setInt(1, 1);
                    ResultSet row = statement.executeQuery();
                    row.next();
                    Place.same(row.getInt(1), number + 1);
                }
            }
        } catch (SQLException error) {
            throw error;
        }
    }

    private Reading() {
    }
}
