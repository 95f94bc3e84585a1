-- COPY that names columns, or gives an option of PostgreSQL's, is read as PostgreSQL reads it
CREATE BRONZE SOURCE bc_items (id integer, name text, price numeric(10,2), origin text DEFAULT 'shop') FROM UPLOAD FORMAT csv (header = true);
COPY bronze.bc_items (id, name) FROM STDIN;
1	one
2	\N
\.
COPY bronze.bc_items (name, id) FROM STDIN WITH (FORMAT csv, HEADER true);
first,second
three,3
\.
COPY bronze.bc_items FROM STDIN WITH (DELIMITER '|', NULL 'none');
4|four|4.5|none
\.
COPY bronze.bc_items (id, price) FROM STDIN WITH (FORMAT csv);
5,5.5
\.
-- a COPY that says nothing is read as the source says
COPY bronze.bc_items FROM STDIN;
name,id,price,origin
six,6,6.5,web
\.
SELECT id, name, price, origin FROM bronze.bc_items ORDER BY id;
--= 1 | one | NULL | shop
--= 2 | NULL | NULL | shop
--= 3 | three | NULL | shop
--= 4 | four | 4.50 | NULL
--= 5 | NULL | 5.50 | shop
--= 6 | six | 6.50 | web
-- a header without a list still names all columns that have no default
COPY bronze.bc_items FROM STDIN WITH (FORMAT csv, HEADER true);
id,name
7,seven
\.
--! 42703 price
COPY bronze.bc_items (id, name) FROM STDIN;
8	eight	9
\.
--! 22P04
COPY bronze.bc_items FROM STDIN WHERE id > 1;
\.
--! 0A000 WHERE
-- a column that a list leaves out is NULL without a declaration too
CREATE BRONZE SOURCE bc_seen FROM UPLOAD FORMAT csv (header = true);
COPY bronze.bc_seen (id, name) FROM STDIN;
1	one
\.
COPY bronze.bc_seen (id) FROM STDIN;
2
\.
SELECT id, name FROM bronze.bc_seen ORDER BY id;
--= 1 | one
--= 2 | NULL
-- a declared column is named as it is declared, not as the source calls it
CREATE BRONZE SOURCE bc_called (id integer, name text FROM (title)) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.bc_called (name, id) FROM STDIN;
one	1
\.
SELECT id, name FROM bronze.bc_called;
--= 1 | one
-- the empty bytea
CREATE BRONZE SOURCE bc_bytes (id integer, body bytea) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.bc_bytes (id, body) FROM STDIN;
1	\\x
2	\\x00ff
\.
SELECT id, body = '\x'::bytea, octet_length(body) FROM bronze.bc_bytes ORDER BY id;
--= 1 | t | 0
--= 2 | f | 2
