-- What happens when the columns of a source change.
CREATE CONNECTION bs_landing TYPE files WITH (url = '{files}');
--write add/1.csv
id,v
1,1
\.
CREATE BRONZE SOURCE bs_add FROM CONNECTION bs_landing FILES 'add/*.csv' FORMAT csv (header = true) LOAD APPEND;
CREATE BRONZE SOURCE bs_ignore FROM CONNECTION bs_landing FILES 'add/*.csv' FORMAT csv (header = true) LOAD APPEND WITH (on_new_column = 'ignore');
CREATE BRONZE SOURCE bs_fail FROM CONNECTION bs_landing FILES 'add/*.csv' FORMAT csv (header = true) LOAD APPEND WITH (on_new_column = 'fail', on_type_change = 'fail');
REFRESH bronze.bs_add;
REFRESH bronze.bs_ignore;
REFRESH bronze.bs_fail;
--write add/2.csv
id,v,extra
2,2,new
\.
REFRESH bronze.bs_add;
SELECT * FROM bronze.bs_add ORDER BY id;
--= 1 | 1 | NULL
--= 2 | 2 | new
REFRESH bronze.bs_ignore;
SELECT * FROM bronze.bs_ignore ORDER BY id;
--= 1 | 1
--= 2 | 2
REFRESH bronze.bs_fail;
--! 42804 extra
SELECT count(*) FROM bronze.bs_fail;
--= 1
ALTER BRONZE SOURCE bs_fail ACCEPT SCHEMA;
REFRESH bronze.bs_fail;
SELECT * FROM bronze.bs_fail ORDER BY id;
--= 1 | 1 | NULL
--= 2 | 2 | new
-- a type that widens: a number, then a text
--write add/3.csv
id,v,extra
3,three,x
\.
REFRESH bronze.bs_add;
SELECT id, v FROM bronze.bs_add ORDER BY id;
--= 1 | 1
--= 2 | 2
--= 3 | three
REFRESH bronze.bs_fail;
--! 42804 v
SELECT count(*) FROM bronze.bs_fail;
--= 2
-- a column that goes reads NULL, with a word about it
--write add/4.csv
id,v
4,4
\.
REFRESH bronze.bs_add;
SELECT id, v, extra FROM bronze.bs_add WHERE id = 4;
--= 4 | 4 | NULL
SELECT count(*) >= 2 FROM lake.schema_versions WHERE table_name = 'bronze.bs_add';
--= t
