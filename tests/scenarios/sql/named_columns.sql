-- Clauses that name a column the table has not: 42703 with the clause, before anything is written
CREATE BRONZE SOURCE nc_f (id bigint, day date, city text) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.nc_f FROM STDIN WITH (FORMAT csv, HEADER true);
id,day,city
1,2026-01-01,a
2,2026-01-02,b
3,2026-02-01,a
\.
CREATE SILVER TABLE nc_h (id bigint) KEY (id) HISTORY (city) WITH (columns = 'listed') AS SELECT id, day, city FROM bronze.nc_f;
--! 42703 column "city" named in HISTORY does not exist
CREATE SILVER TABLE nc_p (id bigint) KEY (id) PARTITION BY (city) WITH (columns = 'listed') AS SELECT id, day, city FROM bronze.nc_f;
--! 42703 columns = 'listed' keeps the listed columns alone: list city too
CREATE SILVER TABLE nc_o KEY (id) ORDER BY (cities) AS SELECT id, day, city FROM bronze.nc_f;
--! 42703 Perhaps you meant the column "city"
CREATE GOLD TABLE nc_g PARTITION BY (nope) AS SELECT id, day, city FROM bronze.nc_f;
--! 42703 column "nope" named in PARTITION BY does not exist
CREATE BRONZE SOURCE nc_b (id bigint) FROM UPLOAD FORMAT csv (header = true) KEY (city) WITH (columns = 'listed');
--! 42703 column "city" named in KEY does not exist
CREATE BRONZE SOURCE nc_l (id bigint) FROM UPLOAD FORMAT csv (header = true) PARTITION BY (city);
COPY bronze.nc_l FROM STDIN WITH (FORMAT csv, HEADER true);
id,city
1,a
\.
SELECT id, city FROM bronze.nc_l;
--= 1 | a

-- REFERENCES without columns means the KEY of the other table
CREATE SILVER TABLE nc_parents KEY (code) AS SELECT id * 10 AS code, id, city FROM bronze.nc_f;
CREATE SILVER TABLE nc_kids KEY (id) WITH RULES (CONSTRAINT of_parent FOREIGN KEY (id) REFERENCES silver.nc_parents)
  AS SELECT id * 10 AS id, city FROM bronze.nc_f;
SELECT count(*) FROM silver.nc_kids;
--= 3
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'of_parent';
--= FOREIGN KEY (id) REFERENCES nc_parents(code)
CREATE OR REPLACE SILVER TABLE nc_kids KEY (id) WITH RULES (CONSTRAINT of_parent FOREIGN KEY (id) REFERENCES silver.nc_parents)
  AS SELECT id * 10 AS id, city FROM bronze.nc_f;
SELECT count(*) FROM lake.runs WHERE object = 'silver.nc_kids';
--= 1
CREATE SILVER TABLE nc_none KEY (id) WITH RULES (FOREIGN KEY (city) REFERENCES bronze.nc_f) AS SELECT id, city FROM bronze.nc_f;
--! 42704 there is no KEY of the referenced table "bronze.nc_f"
CREATE SILVER TABLE nc_two KEY (id) WITH RULES (FOREIGN KEY (id, city) REFERENCES silver.nc_parents) AS SELECT id, city FROM bronze.nc_f;
--! 42830 number of referencing and referenced columns for foreign key disagree
CREATE SILVER TABLE nc_lost KEY (id) WITH RULES (FOREIGN KEY (id) REFERENCES silver.nc_nowhere) AS SELECT id FROM bronze.nc_f;
--! 42P01 relation "silver.nc_nowhere" does not exist

-- A source's own columns that are called like ours are refused, never lost
CREATE BRONZE SOURCE nc_own (id bigint, _status text, _created_at date) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.nc_own FROM STDIN WITH (FORMAT csv, HEADER true);
id,_status,_created_at
1,new,2020-01-01
\.
CREATE SILVER TABLE nc_own KEY (id) AS SELECT id, _status FROM bronze.nc_own;
--! 42701 column "_status" is added by us to quarantine.nc_own
CREATE SILVER TABLE nc_own KEY (id) AS SELECT id, _created_at FROM bronze.nc_own;
--! 42701 _created_at AS their_created_at
CREATE SILVER TABLE nc_own KEY (id) AS SELECT id, 'x' AS _hash FROM bronze.nc_own;
--! 42701 column "_hash" is added by us to silver.nc_own
CREATE SILVER TABLE nc_own KEY (id) DELETE WHEN (id = 9) SOFT AS SELECT id, 1 AS _deleted_at FROM bronze.nc_own;
--! 42701 column "_deleted_at" is added by us
CREATE SILVER TABLE nc_own KEY (id) AS SELECT id, _status AS their_status, _created_at AS their_created_at, _load_id FROM bronze.nc_own;
CREATE SILVER TABLE nc_again KEY (id) FROM silver.nc_own;
SELECT id, their_status, their_created_at FROM silver.nc_again;
--= 1 | new | 2020-01-01

-- Values of options are checked where they are written
CREATE BRONZE SOURCE nc_e FROM UPLOAD FORMAT csv (encoding = 'cp1252');
--! 0A000 There are utf-8, latin-1 and utf-16
CREATE BRONZE SOURCE nc_e FROM UPLOAD FORMAT csv (encoding = 'klingon');
--! 22023 encoding 'klingon' is not known
CREATE BRONZE SOURCE nc_e FROM UPLOAD FORMAT csv WITH (on_type_change = 'quarantine');
--! 0A000 on_type_change = 'quarantine' is not supported yet
CREATE SILVER TABLE nc_e KEY (id) WITH (retention = '-1 day') AS SELECT id FROM bronze.nc_f;
--! 22023 invalid value for option "retention"
CREATE SILVER TABLE nc_e KEY (id) WITH (target_file_size = '0 MB') AS SELECT id FROM bronze.nc_f;
--! 22023 invalid value for option "target_file_size"

-- A column that others read keeps its type, or takes a wider one
CREATE SILVER TABLE nc_typed (id integer) KEY (id) AS SELECT id, city, 1.5::numeric(4,1) AS amount FROM bronze.nc_f;
CREATE GOLD TABLE nc_sum AS SELECT city, sum(amount) AS amount FROM silver.nc_typed GROUP BY city;
CREATE OR REPLACE SILVER TABLE nc_typed (id integer) KEY (id) AS SELECT id, city, '1.5' AS amount FROM bronze.nc_f;
--! 2BP01 cannot change the type of amount from numeric(4,1) to text of silver.nc_typed
CREATE OR REPLACE SILVER TABLE nc_typed (id text) KEY (id) AS SELECT id, city, 1.5::numeric(8,2) AS amount FROM bronze.nc_f;
--wait
SELECT sum(amount) FROM gold.nc_sum;
--= 4.50
CREATE OR REPLACE GOLD TABLE nc_sum AS SELECT city, sum(amount)::text AS amount FROM silver.nc_typed GROUP BY city;
