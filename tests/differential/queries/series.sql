-- generate_series() in FROM: alone, joined, numbered, beside what it depends on
SELECT a.n,g,o FROM (values (2),(3)) a(n), generate_series(5,4+a.n) WITH ORDINALITY AS t(g,o) ORDER BY 1,2
SELECT * FROM generate_series(1,3)
SELECT * FROM generate_series(1,3) g
SELECT x FROM generate_series(1,10,3) g(x)
SELECT g FROM generate_series(3,1,-1) g
SELECT g FROM generate_series(1,3,0) g
SELECT g FROM generate_series(1,NULL) g
SELECT g FROM generate_series('2020-01-31'::timestamp,'2020-05-31','1 month') g
SELECT g FROM generate_series('2020-01-01'::date,'2020-01-03','1 day') g
SELECT g::date FROM generate_series('2020-01-01'::timestamptz,'2020-01-03','12 hours') g
SELECT g FROM generate_series('2020-01-01'::timestamp,'2020-01-03','0 hours') g
SELECT a.n,g FROM (values (1),(3),(null)) a(n), generate_series(1,a.n) g ORDER BY 1,2
SELECT a.n,g FROM (values (1),(3),(null)) a(n) LEFT JOIN generate_series(1,a.n) g ON true ORDER BY 1,2
SELECT a.n,g FROM (values (1),(3),(null)) a(n) LEFT JOIN LATERAL generate_series(1,a.n) g ON g>1 ORDER BY 1,2
SELECT a.n,g,h FROM (values (1),(3)) a(n), generate_series(1,a.n) g, generate_series(g,a.n) h ORDER BY 1,2,3
SELECT * FROM generate_series(5,7) WITH ORDINALITY
SELECT * FROM generate_series(5,7) WITH ORDINALITY t(a,b)
SELECT count(*) FROM generate_series(1,1000000)
SELECT (SELECT max(g) FROM generate_series(1,n) g) FROM (values (1),(2)) t(n)
SELECT n FROM (values (1),(2)) t(n) WHERE EXISTS (SELECT 1 FROM generate_series(1,n) g WHERE g=2)
SELECT g FROM generate_series(1,(SELECT 2)) g
SELECT g FROM generate_series(1, 3) g JOIN generate_series(2,4) h USING (g)
SELECT * FROM generate_series(1,3) a JOIN generate_series(2,4) b ON a=b
SELECT a.n, g FROM (values (1),(3)) a(n), generate_series(1,(SELECT max(x)+a.n FROM (values (2)) t(x))) g ORDER BY 1,2
SELECT g.* FROM generate_series(1,2) g
SELECT sum(g) OVER (ORDER BY g) FROM generate_series(1,4) g
WITH s AS (SELECT * FROM generate_series(1,3) x) SELECT * FROM s, generate_series(1,s.x) y ORDER BY 1,2
SELECT d::date, n FROM generate_series('2020-01-01'::timestamp,'2020-01-02','1 day') d CROSS JOIN generate_series(1,2) n ORDER BY 1,2
SELECT g FROM generate_series(9223372036854775806,9223372036854775807) g
SELECT ARRAY(SELECT g FROM generate_series(1,n) g) FROM (values (2)) t(n)
SELECT g FROM generate_series(1,2) g UNION ALL SELECT g FROM generate_series(1,2) g
SELECT extract(day from g) FROM generate_series('2020-01-03'::timestamp,'2020-01-01','-1 day') g
SELECT a.n,g FROM (values (1,'2020-01-01'::timestamp),(3,'2020-01-02')) a(n,m), generate_series(a.m,'2020-01-03','1 day') g ORDER BY 1,2
SELECT row_number() over (), g FROM generate_series(1,3) g LIMIT 2 OFFSET 1
