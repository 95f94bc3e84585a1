<?php
// PDO's pgsql driver and PHP's own.

function connected(array $options = []): PDO {
    $dsn = sprintf("pgsql:host=%s;port=%s;dbname=%s", getenv("PGHOST"), getenv("PGPORT"), getenv("PGDATABASE"));
    return new PDO($dsn, getenv("PGUSER"), getenv("PGPASSWORD"), [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION] + $options);
}

function same($found, $expected): void {
    if ($found !== $expected) {
        throw new Exception("found " . json_encode($found) . ", expected " . json_encode($expected));
    }
}

$checks = [
    "types are read" => function () {
        $row = connected()->query("SELECT 1 AS i, 1.50::numeric(8,2) AS n, true AS b, 'x'::text AS t, NULL::int AS z")->fetch(PDO::FETCH_ASSOC);
        same($row, ["i" => 1, "n" => "1.50", "b" => true, "t" => "x", "z" => null]);
    },
    "parameters arrive" => function () {
        foreach ([true, false] as $emulate) {
            $query = connected([PDO::ATTR_EMULATE_PREPARES => $emulate])->prepare("SELECT order_id FROM silver.orders WHERE order_id = :id AND total < :total");
            $query->execute(["id" => 1, "total" => 100.5]);
            same($query->fetchAll(PDO::FETCH_COLUMN), [1]);
        }
    },
    "a scrolling cursor reads" => function () {
        $connection = connected();
        $connection->beginTransaction();
        $query = $connection->prepare("SELECT id FROM silver.numbers ORDER BY id", [PDO::ATTR_CURSOR => PDO::CURSOR_SCROLL]);
        $query->execute();
        same($query->fetch(PDO::FETCH_NUM, PDO::FETCH_ORI_ABS, 5), [4]);
        same($query->fetch(PDO::FETCH_NUM, PDO::FETCH_ORI_PRIOR), [3]);
        $connection->commit();
    },
    "a column tells its type and table" => function () {
        $meta = connected()->query("SELECT total FROM silver.orders")->getColumnMeta(0);
        same([$meta["native_type"], $meta["table"]], ["float8", "orders"]);
    },
    "errors carry their state" => function () {
        try {
            connected()->query("SELECT nothing");
        } catch (PDOException $error) {
            same($error->getCode(), "42703");
            return;
        }
        throw new Exception("no error");
    },
    "copy reads and writes" => function () {
        $connection = connected();
        $connection->pgsqlCopyFromArray("bronze.inbox", ["401\tphp"]);
        same($connection->pgsqlCopyToArray("(SELECT id FROM bronze.inbox WHERE label = 'php')"), ["401\n"]);
    },
    "pg functions describe a table" => function () {
        $connection = pg_connect(sprintf("host=%s port=%s dbname=%s user=%s password='%s'", getenv("PGHOST"), getenv("PGPORT"), getenv("PGDATABASE"), getenv("PGUSER"), getenv("PGPASSWORD")));
        same(array_keys(pg_meta_data($connection, "silver.orders")), ["order_id", "customer_id", "order_date", "total"]);
        same(pg_fetch_result(pg_query_params($connection, "SELECT $1::int + 1", [1]), 0, 0), "2");
        same(pg_field_type(pg_query($connection, "SELECT 1::numeric"), 0), "numeric");
    },
];

foreach ($checks as $name => $check) {
    try {
        $check();
        echo "ok $name\n";
    } catch (Throwable $error) {
        echo "failed $name: " . preg_replace('/\s+/', " ", $error->getMessage()) . "\n";
    }
}
