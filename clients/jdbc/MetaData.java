import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/** What tools ask of java.sql.DatabaseMetaData. */
final class MetaData {
    /** The columns of a result, row by row. */
    private static List<List<Object>> rows(ResultSet result, String... columns) throws Exception {
        List<List<Object>> found = new ArrayList<>();
        while (result.next()) {
            List<Object> row = new ArrayList<>();
            for (String column : columns) {
                row.add(result.getObject(column));
            }
            found.add(row);
        }
        return found;
    }

    static void everyMethodOfDatabaseMetaDataAnswers() throws Exception {
        List<String> failed = new ArrayList<>();
        try (Connection connection = Place.connect()) {
            DatabaseMetaData meta = connection.getMetaData();
            for (Method method : DatabaseMetaData.class.getMethods()) {
                Class<?>[] types = method.getParameterTypes();
                Object[] given = new Object[types.length];
                int texts = 0;
                for (int at = 0; at < types.length; at++) {
                    if (types[at] == String.class) {
                        given[at] = switch (texts++ % 3) {
                            case 1 -> "silver";
                            case 2 -> "orders";
                            default -> null;
                        };
                    } else if (types[at] == int.class) {
                        given[at] = method.getName().startsWith("getBestRow") ? DatabaseMetaData.bestRowSession
                                : method.getName().startsWith("supportsResultSet") ? ResultSet.TYPE_FORWARD_ONLY : 1;
                    } else if (types[at] == boolean.class) {
                        given[at] = false;
                    } else if (types[at] == Class.class) {
                        given[at] = org.postgresql.PGConnection.class;
                    }
                }
                if (method.getName().equals("unwrap") || method.getName().equals("isWrapperFor")) {
                    given[0] = DatabaseMetaData.class;
                }
                try {
                    Object answer = method.invoke(meta, given);
                    if (answer instanceof ResultSet result) {
                        while (result.next()) {
                            for (int at = 1; at <= result.getMetaData().getColumnCount(); at++) {
                                result.getObject(at);
                            }
                        }
                        result.close();
                    }
                } catch (InvocationTargetException thrown) {
                    if (!(thrown.getCause() instanceof SQLFeatureNotSupportedException)) { // the driver's own
                        failed.add(method.getName() + ": " + thrown.getCause().getMessage());
                    }
                }
            }
        }
        Place.that(failed.isEmpty(), failed.toString());
    }

    static void tablesAreListedWithTheirKindAndRemarks() throws Exception {
        try (Connection connection = Place.connect()) {
            DatabaseMetaData meta = connection.getMetaData();
            Place.same(rows(meta.getTables(null, "silver", "%", new String[] {"TABLE"}), "TABLE_NAME", "TABLE_TYPE", "REMARKS").toString(),
                    "[[customers, TABLE, clean customers], [numbers, TABLE, null], [orders, TABLE, null]]");
            Place.that(rows(meta.getTables(null, null, "%", null), "TABLE_NAME").size() > 20, "no system tables");
        }
    }

    static void schemasAndCatalogsAreListed() throws Exception {
        try (Connection connection = Place.connect()) {
            String schemas = rows(connection.getMetaData().getSchemas(), "TABLE_SCHEM").toString();
            for (String each : List.of("bronze", "silver", "gold", "quarantine", "lake", "information_schema", "pg_catalog")) {
                Place.that(schemas.contains("[" + each + "]"), each + " is not in " + schemas);
            }
            Place.same(rows(connection.getMetaData().getCatalogs(), "TABLE_CAT").toString(), "[[lakehouse]]");
        }
    }

    static void columnsCarryTypeSizeNullabilityAndRemarks() throws Exception {
        try (Connection connection = Place.connect()) {
            List<List<Object>> found = rows(connection.getMetaData().getColumns(null, "silver", "customers", "%"),
                    "COLUMN_NAME", "TYPE_NAME", "DATA_TYPE", "COLUMN_SIZE", "DECIMAL_DIGITS", "IS_NULLABLE", "REMARKS", "ORDINAL_POSITION");
            Place.same(found.get(0).toString(), "[customer_id, int8, " + Types.BIGINT + ", 19, 0, NO, null, 1]");
            Place.same(found.get(2).toString(), "[email, varchar, " + Types.VARCHAR + ", 200, 0, YES, contact, 3]");
            Place.same(found.get(3).subList(0, 6).toString(), "[amount, numeric, " + Types.NUMERIC + ", 18, 2, YES]");
            Place.same(found.get(6).subList(0, 3).toString(), "[tags, _text, " + Types.ARRAY + "]");
            Place.same(found.size(), 10);
        }
    }

    static void keysAreReadBothWays() throws Exception {
        try (Connection connection = Place.connect()) {
            DatabaseMetaData meta = connection.getMetaData();
            Place.same(rows(meta.getPrimaryKeys(null, "silver", "orders"), "COLUMN_NAME", "KEY_SEQ", "PK_NAME").toString(),
                    "[[order_id, 1, orders_pkey]]");
            String expected = "[[customers, customer_id, orders, customer_id, orders_customer_id_fkey]]";
            String[] columns = {"PKTABLE_NAME", "PKCOLUMN_NAME", "FKTABLE_NAME", "FKCOLUMN_NAME", "FK_NAME"};
            Place.same(rows(meta.getImportedKeys(null, "silver", "orders"), columns).toString(), expected);
            Place.same(rows(meta.getExportedKeys(null, "silver", "customers"), columns).toString(), expected);
            Place.same(rows(meta.getCrossReference(null, "silver", "customers", null, "silver", "orders"), columns).toString(), expected);
            Place.same(rows(meta.getIndexInfo(null, "silver", "orders", true, true), "COLUMN_NAME", "NON_UNIQUE").toString(), "[[order_id, false]]");
            Place.same(rows(meta.getBestRowIdentifier(null, "silver", "orders", DatabaseMetaData.bestRowSession, true), "COLUMN_NAME").toString(), "[[order_id]]");
        }
    }

    static void typesAndFunctionsAreListed() throws Exception {
        try (Connection connection = Place.connect()) {
            DatabaseMetaData meta = connection.getMetaData();
            String types = rows(meta.getTypeInfo(), "TYPE_NAME", "DATA_TYPE").toString();
            for (String each : List.of("[int4, 4]", "[numeric, 2]", "[text, 12]", "[timestamptz, 93]", "[bool, -7]", "[_int4, 2003]")) {
                Place.that(types.contains(each), each + " is not in the types");
            }
            Place.that(meta.getSQLKeywords().length() > 100, "no keywords: " + meta.getSQLKeywords());
            Place.that(rows(meta.getFunctions(null, "pg_catalog", "abs"), "FUNCTION_NAME").size() > 0, "no function abs");
            Place.that(rows(meta.getFunctionColumns(null, "pg_catalog", "upper", "%"), "COLUMN_NAME").size() > 0, "no columns of upper");
            Place.same(rows(meta.getTableTypes(), "TABLE_TYPE").toString().contains("[TABLE]"), true);
        }
    }

    static void privilegesAreListed() throws Exception {
        try (Connection connection = Place.connect()) {
            DatabaseMetaData meta = connection.getMetaData();
            String found = rows(meta.getTablePrivileges(null, "gold", "revenue"), "GRANTEE", "PRIVILEGE").toString();
            Place.that(found.contains("SELECT"), found);
            rows(meta.getColumnPrivileges(null, "gold", "revenue", "%"), "GRANTEE", "PRIVILEGE");
        }
    }

    static void theServerTellsItsVersion() throws Exception {
        try (Connection connection = Place.connect()) {
            DatabaseMetaData meta = connection.getMetaData();
            Place.same(meta.getDatabaseProductName(), "PostgreSQL");
            Place.that(meta.getDatabaseMajorVersion() >= 15, meta.getDatabaseProductVersion());
            Place.same(connection.getCatalog(), "lakehouse");
            connection.setSchema("silver");
            Place.same(connection.getSchema(), "silver");
            Place.same(connection.isValid(2), true);
            Place.same(connection.getTransactionIsolation(), Connection.TRANSACTION_READ_COMMITTED);
            connection.setReadOnly(true);
            connection.setClientInfo("ApplicationName", "matrix");
            Place.same(connection.getClientInfo("ApplicationName"), "matrix");
        }
    }
}
