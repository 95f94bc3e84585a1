-- Every form of a rule, the NULL row first.
CREATE BRONZE SOURCE sr_in (id integer, sku text, qty text, price numeric(10,2), email text, age integer, at timestamp, country text)
  FROM UPLOAD FORMAT csv (header = true);
COPY bronze.sr_in FROM STDIN WITH (FORMAT csv, HEADER true);
id,sku,qty,price,email,age,at,country
1,,,,,,,
2, ab-1 ,3,1.239,a@b.de,33,2026-01-01 10:00:00,DE
3,zz-9,x,2.00,nonsense,200,2026-01-01 11:00:00,FR
4,ab-1,4,-1,c@d.fr,40,2026-01-01 12:00:00,XX
5,TEST,5,5,t@t.de,50,2026-01-01 13:00:00,DE
\.
CREATE BRONZE SOURCE sr_countries (code text, label text) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.sr_countries FROM STDIN WITH (FORMAT csv, HEADER true);
code,label
DE,Germany
FR,France
\.
CREATE SILVER TABLE sr_countries KEY (code) FROM bronze.sr_countries;
CREATE SILVER TABLE sr_out (id integer NOT NULL, qty integer ON VIOLATION SET NULL, price numeric(10,2) DEFAULT 9.99)
  WITH RULES (
    SET sku = upper(trim(sku)),
    LOOKUP silver.sr_countries ON code = country ADD (label),
    CONSTRAINT good_price CHECK (price >= 0),
    CONSTRAINT good_email CHECK (email ~ '@') ON VIOLATION WARN,
    CONSTRAINT sane_age CHECK (age BETWEEN 0 AND 150) ON VIOLATION SET NULL,
    CONSTRAINT no_tests CHECK (sku <> 'TEST') ON VIOLATION DISCARD,
    EXPECT (count(*) > 0) ON VIOLATION FAIL
  )
  AS SELECT * FROM bronze.sr_in;
SELECT id, sku, qty, price, email, age, label FROM silver.sr_out ORDER BY id;
--= 1 | NULL | NULL | NULL | NULL | NULL | NULL
--= 2 | AB-1 | 3 | 1.24 | a@b.de | 33 | Germany
--= 3 | ZZ-9 | NULL | 2.00 | nonsense | NULL | France
SELECT id, price, _rules FROM quarantine.sr_out;
--= 4 | -1.00 | {good_price}
SELECT rule, status FROM lake.quarantine WHERE table_name = 'silver.sr_out';
--= good_price | open
SELECT rule, action, rows_violating FROM lake.rule_results WHERE run_id = (SELECT max(run_id) FROM lake.runs WHERE object = 'silver.sr_out') AND rows_violating > 0 ORDER BY rule;
--= cast_qty | SET NULL | 1
--= good_email | WARN | 1
--= good_price | QUARANTINE | 1
--= no_tests | DISCARD | 1
--= sane_age | SET NULL | 1

-- UNIQUE, FOREIGN KEY, DEDUPLICATE, NOT NULL
CREATE BRONZE SOURCE sr_more (id integer, code text, v integer, at integer) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.sr_more FROM STDIN WITH (FORMAT csv, HEADER true);
id,code,v,at
,DE,1,1
1,,1,1
2,DE,1,1
2,FR,2,2
3,XX,3,1
4,DE,4,1
4,DE,4,1
\.
CREATE SILVER TABLE sr_dedup (id integer NOT NULL)
  WITH RULES (
    DEDUPLICATE BY (id) KEEP LAST ORDER BY at,
    CONSTRAINT known FOREIGN KEY (code) REFERENCES silver.sr_countries (code)
  ) FROM bronze.sr_more;
SELECT id, code, v FROM silver.sr_dedup ORDER BY id;
--= 1 | NULL | 1
--= 2 | FR | 2
--= 4 | DE | 4
SELECT id, v, _rules FROM quarantine.sr_dedup ORDER BY id;
--= 2 | 1 | {duplicate}
--= 3 | 3 | {known}
--= NULL | 1 | {id_not_null}
CREATE SILVER TABLE sr_unique WITH RULES (CONSTRAINT one_each UNIQUE (v)) FROM bronze.sr_more;
SELECT v, count(*) FROM silver.sr_unique GROUP BY v ORDER BY v;
--= 1 | 1
--= 2 | 1
--= 3 | 1
--= 4 | 1
SELECT v, _rules, count(*) FROM quarantine.sr_unique GROUP BY v, _rules ORDER BY v;
--= 1 | {one_each} | 2
--= 4 | {one_each} | 1
-- SET DEFAULT and a division by zero is broken by its row
CREATE SILVER TABLE sr_default (v integer DEFAULT 7)
  WITH RULES (CONSTRAINT small CHECK (v < 4) ON VIOLATION SET DEFAULT, CONSTRAINT whole CHECK (10 / (v - 1) > 0)) AS SELECT id, v FROM bronze.sr_more WHERE id IN (1, 2, 4);
SELECT v, count(*) FROM silver.sr_default GROUP BY v ORDER BY v;
--= 2 | 1
--= 7 | 2
SELECT v, _rules FROM quarantine.sr_default ORDER BY v;
--= 1 | {whole}
--= 1 | {whole}
-- a rule about two columns cannot be set to NULL
CREATE SILVER TABLE sr_wrong WITH RULES (CHECK (v < at) ON VIOLATION SET NULL) FROM bronze.sr_more;
--! 42601
-- a rule about a column that is not there
CREATE SILVER TABLE sr_wrong WITH RULES (CHECK (vv < 4)) FROM bronze.sr_more;
--! 42703 "v"
SELECT count(*) FROM lake.objects WHERE name = 'silver.sr_wrong';
--= 0
-- LOOKUP names a column of the row itself by the relation that is read
CREATE BRONZE SOURCE sr_owners (id integer, owner text) FROM UPLOAD FORMAT csv;
COPY bronze.sr_owners FROM STDIN WITH (FORMAT csv);
2,Ada
\.
CREATE SILVER TABLE sr_owned KEY (id) SCHEDULE NEVER
  WITH RULES (LOOKUP bronze.sr_owners ON sr_owners.id = sr_out.id ADD (owner)) FROM silver.sr_out;
SELECT id, owner FROM silver.sr_owned WHERE id IS NOT NULL ORDER BY id;
--= 1 | NULL
--= 2 | Ada
--= 3 | NULL
