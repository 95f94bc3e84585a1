-- COPY appends one load; the same bytes again are a NOTICE and nothing.
CREATE BRONZE SOURCE bu_sales FROM UPLOAD FORMAT csv (header = true);
COPY bronze.bu_sales FROM STDIN WITH (FORMAT csv, HEADER true);
id,note
1,first
2,
\.
COPY bronze.bu_sales FROM STDIN WITH (FORMAT csv, HEADER true);
id,note
1,first
2,
\.
--~ NOTICE
SELECT id, note FROM bronze.bu_sales ORDER BY id;
--= 1 | first
--= 2 | NULL
COPY bronze.bu_sales FROM STDIN WITH (FORMAT csv, HEADER true, REPEAT true);
id,note
1,first
2,
\.
SELECT count(*), count(DISTINCT _load_id) FROM bronze.bu_sales;
--= 4 | 2
-- the readable name of a row's load is that of its run
SELECT count(DISTINCT r.run_id), count(*) FROM bronze.bu_sales s JOIN lake.runs r USING (ingestion_id);
--= 2 | 4
-- the file has no last newline, quotes, a line break in a value
COPY bronze.bu_sales FROM STDIN WITH (FORMAT csv, HEADER true);
id,note
3,"two
lines, ""quoted"""
\.
SELECT length(note), note LIKE '%"quoted"' FROM bronze.bu_sales WHERE id = 3;
--= 19 | t
-- a row that breaks off: nothing is loaded, the run says why
COPY bronze.bu_sales FROM STDIN WITH (FORMAT csv, HEADER true);
id,note
4,ok
5,"never ends
\.
--! 22P04
SELECT count(*) FROM bronze.bu_sales;
--= 5
-- a later load that is no number
COPY bronze.bu_sales FROM STDIN WITH (FORMAT csv, HEADER true);
id,note
seven,x
\.
SELECT count(*) FROM lake.runs WHERE object = 'bronze.bu_sales' AND status = 'failed' AND sqlstate = '22P04';
--= 1
-- bronze is append-only
UPDATE bronze.bu_sales SET note = 'x';
--! 0A000 append-only
DELETE FROM bronze.bu_sales;
--! 0A000 append-only
INSERT INTO bronze.bu_sales VALUES (1, 'x');
--! 0A000 INSERT
COPY silver.nothing FROM STDIN;
\.
--! 42P01
CREATE BRONZE SOURCE bu_empty FROM UPLOAD FORMAT csv (header = true);
SELECT * FROM bronze.bu_empty;
--! 55000
COPY bronze.bu_empty FROM STDIN WITH (FORMAT csv, HEADER true);
id,v
\.
SELECT * FROM bronze.bu_empty;
--= (0 rows)
