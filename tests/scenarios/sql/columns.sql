-- Columns added, renamed, deprecated and dropped by ALTER.

CREATE BRONZE SOURCE crates (id integer, cust text, kg numeric(9,2), note text) FROM UPLOAD FORMAT csv;
COPY bronze.crates FROM STDIN (FORMAT csv);
1,ann,10.5,x
2,bob,20,y
\.
CREATE SILVER TABLE crates KEY (id) HISTORY WITH RULES (CHECK (kg > 0), CONSTRAINT who NOT NULL cust) SCHEDULE NEVER WITH (audit_columns = 'hidden') FROM bronze.crates;
CREATE GOLD TABLE weights KEY (cust) SCHEDULE NEVER AS SELECT cust, sum(kg) AS kg FROM silver.crates GROUP BY cust;

-- renamed under the readers' feet, or with an alias
ALTER SILVER TABLE crates RENAME COLUMN cust TO customer;
--! 2BP01 gold.weights reads column cust
ALTER SILVER TABLE crates RENAME COLUMN cust TO customer KEEP ALIAS UNTIL '2999-01-01';
SELECT * FROM silver.crates ORDER BY id;
--= 1 | ann | 10.50 | x
--= 2 | bob | 20.00 | y
SELECT cust FROM silver.crates WHERE cust = 'ann';
--= ann
--~ column "cust" of silver.crates is now "customer": its old name answers until 2999-01-01
SELECT customer, id FROM silver.crates_history ORDER BY id;
--= ann | 1
--= bob | 2
REFRESH gold.weights FULL;
SELECT * FROM gold.weights ORDER BY 1;
--= ann | 10.50
--= bob | 20.00
EXPLAIN REFRESH silver.crates;
--= 1 | silver.crates | nothing | nothing it reads has changed | 0 | 0 | NULL
ALTER SILVER TABLE crates RENAME COLUMN customer TO client;
--! 55000 still answers to "cust"
ALTER SILVER TABLE crates RENAME COLUMN customer TO note;
--! 42701 already exists
ALTER SILVER TABLE crates RENAME COLUMN nothing TO something;
--! 42703 does not exist

-- a later load goes on where the last one ended
COPY bronze.crates FROM STDIN (FORMAT csv);
2,bea,20,y
3,cid,5,z
\.
REFRESH silver.crates;
SELECT customer, kg, _change_type FROM silver.crates ORDER BY id;
--= ann | 10.50 | insert
--= bea | 20.00 | update
--= cid | 5.00 | insert

-- an alias whose day has come is gone
ALTER SILVER TABLE crates RENAME COLUMN note TO remark KEEP ALIAS UNTIL '2001-01-01';
SELECT note FROM silver.crates;
--! 42703 note
SELECT remark FROM silver.crates WHERE id = 1;
--= x

-- deprecated
ALTER SILVER TABLE crates DEPRECATE COLUMN kg UNTIL '2999-06-30';
SELECT sum(kg) FROM silver.crates;
--= 35.50
--~ column "kg" of silver.crates is deprecated until 2999-06-30
SET lake_notices = off;
SELECT sum(kg) FROM silver.crates;
--= 35.50
RESET lake_notices;

-- dropped
ALTER SILVER TABLE crates DROP COLUMN id;
--! 2BP01 KEY names column id
ALTER SILVER TABLE crates DROP COLUMN kg;
--! 2BP01 rule check names column kg
ALTER SILVER TABLE crates DROP COLUMN remark;
SELECT * FROM silver.crates ORDER BY id;
--= 1 | ann | 10.50
--= 2 | bea | 20.00
--= 3 | cid | 5.00
ALTER SILVER TABLE crates DROP COLUMN IF EXISTS remark;
--~ does not exist, skipping
ALTER SILVER TABLE crates ADD COLUMN country text DEFAULT 'FR';
SELECT country, count(*) FROM silver.crates GROUP BY 1;
--= FR | 3
ALTER SILVER TABLE crates ADD COLUMN country text;
--! 42701 already exists
ALTER SILVER TABLE crates ADD COLUMN nothing integer;
--! 42703 the query has no column
ALTER SILVER TABLE crates DROP COLUMN country;
ALTER SILVER TABLE crates DROP COLUMN kg CASCADE;
--~ drop cascades to gold table gold.weights
SELECT * FROM gold.weights;
--! 42P01
SELECT * FROM silver.crates ORDER BY id;
--= 1 | ann
--= 2 | bea
--= 3 | cid
SELECT version, status FROM lake.schema_versions WHERE table_name = 'silver.crates' ORDER BY version;
--= 1 | past
--= 2 | past
--= 3 | past
--= 4 | past
--= 5 | past
--= 6 | past
--= 7 | current

-- a declared source
ALTER BRONZE SOURCE crates ADD COLUMN box text;
ALTER BRONZE SOURCE crates RENAME COLUMN box TO carton;
COPY bronze.crates (id, cust, kg, note, carton) FROM STDIN (FORMAT csv);
4,dee,1,q,big
\.
SELECT id, carton FROM bronze.crates ORDER BY id, _load_id;
--= 1 | NULL
--= 2 | NULL
--= 2 | NULL
--= 3 | NULL
--= 4 | big

-- CREATE OR REPLACE takes no name away that others read, an old one or one behind a * neither
CREATE SILVER TABLE boxes KEY (id) SCHEDULE NEVER WITH (audit_columns = 'hidden') AS SELECT id, note, carton FROM bronze.crates WHERE id > 2;
CREATE GOLD TABLE cartons SCHEDULE NEVER AS SELECT carton AS boxed FROM silver.boxes;
ALTER SILVER TABLE boxes RENAME COLUMN carton TO box KEEP ALIAS UNTIL '2999-01-01';
CREATE OR REPLACE SILVER TABLE boxes KEY (id) SCHEDULE NEVER WITH (audit_columns = 'hidden') AS SELECT id, note, carton AS box FROM bronze.crates WHERE id > 2;
--! 2BP01 gold.cartons reads column carton
CREATE OR REPLACE SILVER TABLE boxes (box varchar(3) FORMERLY carton UNTIL '2999-01-01') KEY (id) SCHEDULE NEVER WITH (audit_columns = 'hidden') AS SELECT id, note, carton AS box FROM bronze.crates WHERE id > 2;
--! 2BP01 cannot change the type of carton from text to character varying(3)
CREATE OR REPLACE SILVER TABLE boxes (id integer) KEY (id) SCHEDULE NEVER WITH (audit_columns = 'hidden', columns = 'listed') FROM bronze.crates;
--! 2BP01 gold.cartons reads column carton
REFRESH gold.cartons FULL;
SELECT boxed FROM gold.cartons WHERE boxed IS NOT NULL;
--= big
CREATE OR REPLACE GOLD TABLE cartons SCHEDULE NEVER AS SELECT box AS boxed FROM silver.boxes;
CREATE OR REPLACE SILVER TABLE boxes KEY (id) SCHEDULE NEVER WITH (audit_columns = 'hidden') AS SELECT id, note, carton AS box FROM bronze.crates WHERE id > 2;
SELECT boxed FROM gold.cartons WHERE boxed IS NOT NULL;
--= big
