-- Repair, accept, discard, bring back.
CREATE BRONZE SOURCE sq_in (id integer, email text, qty text) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.sq_in FROM STDIN WITH (FORMAT csv, HEADER true);
id,email,qty
1,a@b.de,1
2,nonsense,2
3,c at d.de,3
4,d@e.fr,four
5,x,5
\.
CREATE SILVER TABLE sq_out (qty integer) KEY (id)
  WITH RULES (CONSTRAINT valid_email CHECK (email ~ '@')) FROM bronze.sq_in;
SELECT id FROM silver.sq_out;
--= 1
SELECT id, email, qty, _rules, _status FROM quarantine.sq_out ORDER BY id;
--= 2 | nonsense | 2 | {valid_email} | open
--= 3 | c at d.de | 3 | {valid_email} | open
--= 4 | d@e.fr | four | {cast_qty} | open
--= 5 | x | 5 | {valid_email} | open
UPDATE quarantine.sq_out SET email = 'b@c.de' WHERE id = 2;
UPDATE quarantine.sq_out SET qty = '4' WHERE id = 4;
SELECT id, _status FROM quarantine.sq_out ORDER BY id;
--= 2 | repaired
--= 3 | open
--= 4 | repaired
--= 5 | open
DELETE FROM quarantine.sq_out WHERE id = 5;
SELECT count(*) FROM quarantine.sq_out WHERE id = 5;
--= 0
EXPLAIN REFRESH silver.sq_out FROM QUARANTINE;
REFRESH silver.sq_out FROM QUARANTINE WHERE ('valid_email' = ANY (_rules));
SELECT id, email, qty FROM silver.sq_out ORDER BY id;
--= 1 | a@b.de | 1
--= 2 | b@c.de | 2
REFRESH silver.sq_out FROM QUARANTINE;
SELECT id, email, qty FROM silver.sq_out ORDER BY id;
--= 1 | a@b.de | 1
--= 2 | b@c.de | 2
--= 4 | d@e.fr | 4
-- repairs and discards are remembered by a rebuild, the same bad row is not quarantined twice
REFRESH silver.sq_out FULL;
SELECT id, email, qty FROM silver.sq_out ORDER BY id;
--= 1 | a@b.de | 1
--= 2 | b@c.de | 2
--= 4 | d@e.fr | 4
SELECT id, _status FROM quarantine.sq_out ORDER BY id;
--= 2 | reprocessed
--= 3 | open
--= 4 | reprocessed
SELECT DISTINCT status FROM lake.quarantine WHERE table_name = 'silver.sq_out' ORDER BY status;
--= discarded
--= open
--= reprocessed
-- a newer version from the source wins
COPY bronze.sq_in FROM STDIN WITH (FORMAT csv, HEADER true);
id,email,qty
2,new@c.de,22
\.
REFRESH silver.sq_out;
SELECT id, email, qty FROM silver.sq_out WHERE id = 2;
--= 2 | new@c.de | 22
-- wrong changes
UPDATE quarantine.sq_out SET nothing = 1;
--! 42703
UPDATE quarantine.nowhere SET a = 1;
--! 42P01
UPDATE silver.sq_out SET email = 'x';
--! 0A000 quarantine
