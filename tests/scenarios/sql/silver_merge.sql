-- KEY merges; SEQUENCE BY orders the changes of a key, late ones included; deletes; history.
CREATE BRONZE SOURCE sm_in (k integer, v text, seq integer, op text) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.sm_in FROM STDIN WITH (FORMAT csv, HEADER true);
k,v,seq,op
1,one,1,I
2,two,1,I
3,three,1,I
\.
CREATE SILVER TABLE sm_soft KEY (k) SEQUENCE BY seq DELETE WHEN (op = 'D') SOFT SCHEDULE NEVER FROM bronze.sm_in;
CREATE SILVER TABLE sm_hard KEY (k) SEQUENCE BY seq DELETE WHEN (op = 'D') HARD SCHEDULE NEVER FROM bronze.sm_in;
CREATE SILVER TABLE sm_history KEY (k) SURROGATE KEY sk HISTORY SEQUENCE BY seq DELETE WHEN (op = 'D') SOFT SCHEDULE NEVER FROM bronze.sm_in;
COPY bronze.sm_in FROM STDIN WITH (FORMAT csv, HEADER true);
k,v,seq,op
1,uno,3,U
2,,4,D
4,four,1,I
\.
REFRESH silver.sm_soft;
REFRESH silver.sm_hard;
REFRESH silver.sm_history;
-- a late row of key 1 changes nothing of today; of key 2, nothing either
COPY bronze.sm_in FROM STDIN WITH (FORMAT csv, HEADER true);
k,v,seq,op
1,late,2,U
2,late,3,U
\.
REFRESH silver.sm_soft;
REFRESH silver.sm_hard;
REFRESH silver.sm_history;
SELECT k, v, seq FROM silver.sm_soft ORDER BY k;
--= 1 | uno | 3
--= 3 | three | 1
--= 4 | four | 1
SELECT k, v, seq FROM silver.sm_hard ORDER BY k;
--= 1 | uno | 3
--= 3 | three | 1
--= 4 | four | 1
-- of what was deleted HARD the key and the position stay, so that a late change does not bring it back
SELECT k, v, seq FROM silver.sm_hard_deleted;
--= 2 | NULL | 4
REFRESH silver.sm_hard FULL;
SELECT k, v, seq FROM silver.sm_hard ORDER BY k;
--= 1 | uno | 3
--= 3 | three | 1
--= 4 | four | 1
SELECT k FROM silver.sm_soft_deleted;
--= 2
SELECT k, _is_deleted FROM silver.sm_soft_all ORDER BY k;
--= 1 | f
--= 2 | t
--= 3 | f
--= 4 | f
SELECT k, v FROM silver.sm_history ORDER BY k;
--= 1 | uno
--= 3 | three
--= 4 | four
SELECT k, v, seq FROM silver.sm_history_history WHERE k = 1 ORDER BY seq;
--= 1 | one | 1
--= 1 | late | 2
--= 1 | uno | 3
SELECT count(DISTINCT sk), count(*) FROM silver.sm_history;
--= 3 | 3
-- the key comes back to life
COPY bronze.sm_in FROM STDIN WITH (FORMAT csv, HEADER true);
k,v,seq,op
2,again,9,I
\.
REFRESH silver.sm_soft;
SELECT k, v FROM silver.sm_soft WHERE k = 2;
--= 2 | again
SELECT count(*) FROM silver.sm_soft_deleted;
--= 0
-- a refresh with nothing new says so and changes nothing
REFRESH silver.sm_soft;
SELECT count(*) FROM silver.sm_soft;
--= 4
-- a full rebuild comes to the same
REFRESH silver.sm_soft FULL;
SELECT k, v FROM silver.sm_soft ORDER BY k;
--= 1 | uno
--= 2 | again
--= 3 | three
--= 4 | four
