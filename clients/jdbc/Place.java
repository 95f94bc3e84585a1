import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** Where the server is, and what every check needs of it. */
final class Place {
    static final String URL = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/"
            + System.getenv("PGDATABASE");

    static Connection connect(String... options) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", System.getenv("PGUSER"));
        properties.setProperty("password", System.getenv("PGPASSWORD"));
        for (int at = 0; at < options.length; at += 2) {
            properties.setProperty(options[at], options[at + 1]);
        }
        return DriverManager.getConnection(URL, properties);
    }

    static void same(Object found, Object expected) {
        if (!java.util.Objects.deepEquals(found, expected)) {
            throw new AssertionError("found " + found + ", expected " + expected);
        }
    }

    static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    interface Work {
        void run() throws Exception;
    }

    /** The SQLSTATE of the error that the work must end in. */
    static String stateOf(Work work) throws Exception {
        try {
            work.run();
        } catch (SQLException error) {
            return error.getSQLState();
        }
        throw new AssertionError("no error");
    }
}
