-- Files of every format; new files, changed files, files that go; the same file twice changes nothing.
CREATE CONNECTION bf_landing TYPE files WITH (url = '{files}');
TEST CONNECTION bf_landing;
--write csv/a.csv
id,name,zip,amount,day
1,Ann,01234,1.50,2026-01-05
2,,98765,,2026-01-06
\.
CREATE BRONZE SOURCE bf_csv FROM CONNECTION bf_landing FILES 'csv/*.csv' FORMAT csv (header = true) LOAD APPEND;
SELECT * FROM bronze.bf_csv;
--! 55000 REFRESH bronze.bf_csv
REFRESH bronze.bf_csv;
SELECT * FROM bronze.bf_csv ORDER BY id;
--= 1 | Ann | 01234 | 1.50 | 2026-01-05
--= 2 | NULL | 98765 | NULL | 2026-01-06
-- the zip keeps its zero: its type is text
SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'bronze' AND table_name = 'bf_csv' AND column_name IN ('id', 'zip', 'amount', 'day') ORDER BY ordinal_position;
--= id | bigint
--= zip | text
--= amount | numeric
--= day | date
SELECT _row_id, _load_id, _row_number, right(_source_file, 5) FROM bronze.bf_csv ORDER BY 1;
--= 1 | 1 | 1 | a.csv
--= 2 | 1 | 2 | a.csv
REFRESH bronze.bf_csv;
SELECT count(*), max(_load_id) FROM bronze.bf_csv;
--= 2 | 1
--write csv/b.csv
id,name,zip,amount,day
3,Zoë,00001,-7.25,2026-02-28
\.
REFRESH bronze.bf_csv;
SELECT id, name, _load_id FROM bronze.bf_csv ORDER BY id;
--= 1 | Ann | 1
--= 2 | NULL | 1
--= 3 | Zoë | 2
-- a file that changed replaces what it said before
--write csv/b.csv
id,name,zip,amount,day
3,Zoe,00001,8,2026-02-28
4,Dan,00002,9,2026-03-01
\.
REFRESH bronze.bf_csv;
SELECT id, name, amount FROM bronze.bf_csv WHERE id > 2 ORDER BY id;
--= 3 | Zoe | 8.00
--= 4 | Dan | 9.00
-- a file that goes is kept
--delete csv/a.csv
REFRESH bronze.bf_csv;
SELECT count(*) FROM bronze.bf_csv;
--= 4

-- JSON, nested and with a NULL
--write j/a.json
{"id": 1, "tags": ["x", "y"], "who": {"name": "Ann"}}
{"id": 2, "tags": null, "who": null}
\.
CREATE BRONZE SOURCE bf_json FROM CONNECTION bf_landing FILES 'j/*.json' FORMAT json LOAD APPEND;
REFRESH bronze.bf_json;
SELECT id, tags::jsonb ->> 0, who::jsonb ->> 'name' FROM bronze.bf_json ORDER BY id;
--= 1 | x | Ann
--= 2 | NULL | NULL

-- a full extract: the newest is what is there, the history has all
--write f/t.csv
k,v
a,1
b,2
\.
CREATE BRONZE SOURCE bf_full FROM CONNECTION bf_landing FILES 'f/t.csv' FORMAT csv (header = true) LOAD FULL;
REFRESH bronze.bf_full;
--write f/t.csv
k,v
b,3
\.
REFRESH bronze.bf_full;
SELECT * FROM bronze.bf_full;
--= b | 3
SELECT k, v, _load_id FROM bronze.bf_full_history ORDER BY _load_id, k;
--= a | 1 | 1
--= b | 2 | 1
--= b | 3 | 2
-- the same extract again is nothing new
REFRESH bronze.bf_full;
SELECT count(*) FROM bronze.bf_full_history;
--= 3

-- declared columns fix the types, names of a file that are awkward are kept
--write d/t.csv
"Order No",sum,select
007,1,x
008,,y
\.
CREATE BRONZE SOURCE bf_declared ("Order No" integer, sum numeric(10,3)) FROM CONNECTION bf_landing FILES 'd/t.csv' FORMAT csv (header = true) LOAD APPEND;
REFRESH bronze.bf_declared;
SELECT "Order No", sum, "select" FROM bronze.bf_declared ORDER BY 1;
--= 7 | 1.000 | x
--= 8 | NULL | y

-- a preview before anything is made
SELECT * FROM preview('bf_landing', 'f/t.csv');
--= b | 3
SHOW TABLES FROM CONNECTION bf_landing LIKE 'f/%';
