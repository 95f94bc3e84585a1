-- The lake beside your own files: `PGPASSWORD=... duckdb -init attach.sql`.
INSTALL postgres;
LOAD postgres;
ATTACH 'host=127.0.0.1 port=7432 dbname=lakehouse user=admin' AS lakehouse (TYPE postgres, READ_ONLY);
