-- Literals and casts
SELECT date '2024-02-29', '2024-1-5'::date, '20240105'::date, 'January 8, 1999'::date, '08-Jan-1999'::date, 'Jan 8 1999'::date, '1999.008'::date, '1/8/1999'::date
SELECT date 'infinity', timestamp '-infinity', date '0044-03-15 BC', date 'epoch', timestamp 'epoch'
SELECT time '04:05', time '04:05:06.789', time '040506', time '04:05 PM', time '24:00', '10:30:00'::time(0)
SELECT timestamp '2024-01-01', timestamp '2024-01-01 10:30', timestamp '2024-01-01T10:30:00', '2024-01-01 10:30:00.123456'::timestamp, '2024-01-01 10:30:00+02'::timestamp
SELECT timestamptz '2024-01-01 10:30:00+02', '2024-01-01 10:30:00 Europe/Paris'::timestamptz, '2024-01-01 10:30:00Z'::timestamptz, timestamptz '2024-01-01 10:30:00 EST', timestamptz '2024-01-01'
SELECT timestamp(0) '2024-01-01 10:30:00.6', '2024-01-01 10:30:00.123456'::timestamp(3), now()::timestamp(0) IS NOT NULL
SELECT interval '1 day', interval '1 year 2 months', interval '1-2', interval '3 4:05:06', interval '1 week', interval '1.5 days', interval '1.5 months', interval '-1 day', interval '1 day ago', interval 'P1Y2M3DT4H5M6S', interval '100 days', interval '25:00:00', interval '1 day -1 hour'
SELECT interval '1' day, interval '2' hour, interval '1-2' year to month, interval '10' minute, interval '1 day' second
SELECT interval '1 decade', interval '1 century', interval '90 min', interval '2 hrs 30 secs', interval '1.5 hours', interval '0.1 second', interval '1 millisecond', interval '5 microseconds'
SELECT timestamp '2024-01-01 10:30'::date, date '2024-01-01'::timestamp, timestamp '2024-01-01 10:30'::time, timestamptz '2024-01-01 10:30+00'::timestamp, date '2024-01-01'::timestamptz, time '10:30'::interval, interval '26 hours'::time
SELECT day::text, at::text, zoned::text, at::time::text, (zoned - at)::text FROM orders ORDER BY order_id
SELECT timetz '10:30+02', '10:30:00'::time with time zone
-- Arithmetic
SELECT date '2024-01-31' + 1, 1 + date '2024-01-31', date '2024-01-01' - 1, date '2024-03-01' - date '2024-02-01', date '2024-01-01' + time '10:00'
SELECT date '2024-01-31' + interval '1 month', date '2024-03-31' - interval '1 month', timestamp '2024-02-29' + interval '1 year', timestamp '2024-01-01' - interval '1 second'
SELECT timestamp '2024-03-01 12:00' - timestamp '2024-02-01', timestamptz '2024-03-01 00:00+00' - timestamptz '2024-02-28 12:00+00', timestamp '2024-01-01' - timestamp '2024-01-02 01:00'
SELECT interval '1 day' * 3, interval '1 month' / 2, interval '1 day' * 1.5, 2 * interval '1 hour', interval '10 days' / 3, interval '1 year' * 0.5, -interval '1 day 2 hours', interval '1 day' - interval '1 hour'
SELECT time '10:00' + interval '1 hour', time '23:00' + interval '2 hours', time '10:00' - interval '30 min', time '10:00' - time '09:15', interval '1 hour' + time '10:00'
SELECT day + 1, day - 1, day + interval '1 day', at + interval '1 hour', zoned - interval '1 day', at - day, day - date '2024-01-01' FROM orders ORDER BY order_id
SELECT date '2024-01-01' < date '2024-01-02', date '2024-01-01' = timestamp '2024-01-01', timestamp '2024-01-01' < timestamptz '2024-01-01 01:00+00', interval '1 day' = interval '24 hours', interval '1 month' > interval '29 days', time '10:00' < time '11:00'
SELECT (date '2024-01-01', date '2024-01-31') OVERLAPS (date '2024-01-15', date '2024-02-15'), (date '2024-01-01', interval '10 days') OVERLAPS (date '2024-01-11', interval '10 days'), (time '10:00', time '11:00') OVERLAPS (time '10:30', time '12:00')
SELECT isfinite(date '2024-01-01'), isfinite(timestamp 'infinity'), isfinite(interval '1 day')
SELECT age(timestamp '2024-03-15', timestamp '2023-01-20'), age(date '2024-01-01', date '2023-12-31'), age(timestamp '2023-01-20', timestamp '2024-03-15'), age(timestamptz '2024-03-01 00:00+00', timestamptz '2024-02-01 12:00+00')
SELECT justify_days(interval '35 days'), justify_hours(interval '27 hours'), justify_interval(interval '1 mon -1 hour'), justify_interval(interval '40 days 30 hours'), justify_hours(interval '-27 hours')
-- Parts
SELECT extract(year from timestamp '2024-02-16 20:38:40.12'), extract(month from date '2024-02-16'), extract(day from date '2024-02-16'), extract(hour from timestamp '2024-02-16 20:38:40'), extract(minute from time '20:38:40'), extract(second from timestamp '2024-02-16 20:38:40.12')
SELECT extract(century from date '2024-01-01'), extract(decade from date '2024-01-01'), extract(millennium from date '2024-01-01'), extract(dow from date '2024-02-18'), extract(isodow from date '2024-02-18'), extract(doy from date '2024-12-31'), extract(week from date '2024-12-30'), extract(isoyear from date '2024-12-30'), extract(quarter from date '2024-05-01')
SELECT extract(epoch from timestamp '2024-01-01 00:00:01.5'), extract(epoch from date '2024-01-01'), extract(epoch from timestamptz '2024-01-01 00:00+02'), extract(epoch from interval '1 month 2 days'), extract(epoch from time '01:00')
SELECT extract(milliseconds from timestamp '2024-01-01 10:20:30.456'), extract(microseconds from time '10:20:30.456'), extract(julian from date '2024-01-01'), extract(timezone from timestamptz '2024-01-01 00:00+02'), extract(timezone_hour from timestamptz '2024-01-01 00:00+02')
SELECT extract(day from interval '40 days 5 hours'), extract(hour from interval '40 days 5 hours'), extract(month from interval '14 months'), extract(year from interval '14 months'), extract(second from interval '1.5 seconds'), extract(quarter from interval '5 months'), extract(minute from interval '90 minutes')
SELECT date_part('hour', timestamp '2024-02-16 20:38:40'), date_part('day', interval '4 days'), date_part('year', date '2024-01-01'), date_part('second', time '10:00:30.5'), date_part('dow', timestamptz '2024-01-01 00:00+00')
SELECT date_trunc('hour', timestamp '2024-02-16 20:38:40'), date_trunc('day', timestamp '2024-02-16 20:38:40'), date_trunc('month', date '2024-02-16'), date_trunc('year', timestamptz '2024-02-16 20:38:40+00'), date_trunc('week', timestamp '2024-02-16'), date_trunc('quarter', timestamp '2024-05-16'), date_trunc('decade', timestamp '2024-05-16'), date_trunc('century', timestamp '2024-05-16'), date_trunc('millennium', timestamp '2024-05-16')
SELECT date_trunc('day', timestamptz '2024-02-16 20:38:40+00', 'Australia/Sydney'), date_trunc('hour', interval '3 days 02:47:33'), date_trunc('month', interval '14 months 5 days'), date_trunc('second', timestamp '2024-01-01 10:00:00.5'), date_trunc('milliseconds', timestamp '2024-01-01 10:00:00.123456')
SELECT date_bin('15 minutes', timestamp '2020-02-11 15:44:17', timestamp '2001-01-01'), date_bin('1 hour', timestamptz '2020-02-11 15:44:17+00', timestamptz '2001-01-01 00:30+00'), date_bin(interval '1 day', timestamp '1999-02-11 15:44', timestamp '2001-01-01')
SELECT extract(year from day), extract(epoch from at), date_trunc('month', day)::date, date_part('week', day) FROM orders ORDER BY order_id
-- Making and showing
SELECT make_date(2024, 2, 29), make_time(8, 15, 23.5), make_timestamp(2024, 7, 15, 8, 15, 23.5), make_timestamptz(2024, 7, 15, 8, 15, 23.5), make_timestamptz(2024, 7, 15, 8, 15, 23.5, 'Europe/Paris'), make_interval(years => 1, months => 2, weeks => 1, days => 3, hours => 4, mins => 5, secs => 6.5), make_interval(1, 2, 3, 4)
SELECT to_timestamp(1284352323), to_timestamp(1284352323.5), to_timestamp(0)::timestamp
SELECT to_date('05 Dec 2000', 'DD Mon YYYY'), to_date('2024-02-29', 'YYYY-MM-DD'), to_date('20240229', 'YYYYMMDD'), to_date('12/31/99', 'MM/DD/YY'), to_date('2024 060', 'YYYY DDD'), to_date('March 5, 2024', 'Month DD, YYYY'), to_date('5-3-2024', 'DD-MM-YYYY'), to_date('2024-3', 'YYYY-MM')
SELECT to_timestamp('05 Dec 2000', 'DD Mon YYYY'), to_timestamp('2024-01-15 10:30:45', 'YYYY-MM-DD HH24:MI:SS'), to_timestamp('10:30 PM', 'HH12:MI PM'), to_timestamp('2024-01-15 10:30:45.123', 'YYYY-MM-DD HH24:MI:SS.MS'), to_timestamp('20240115103045', 'YYYYMMDDHH24MISS')
SELECT to_char(timestamp '2024-02-05 14:05:09.123456', 'YYYY-MM-DD HH24:MI:SS'), to_char(timestamp '2024-02-05 14:05:09.123456', 'HH12:MI:SS AM'), to_char(timestamp '2024-02-05 14:05:09.123456', 'MS US'), to_char(timestamp '2024-02-05 14:05:09', 'HH:MI pm'), to_char(timestamp '2024-02-05 14:05:09', 'SSSS')
SELECT to_char(date '2024-02-05', 'Day, DD Month YYYY'), to_char(date '2024-02-05', 'FMDay, FMDD FMMonth YYYY'), to_char(date '2024-02-05', 'Dy DD Mon YY'), to_char(date '2024-02-05', 'DY MON'), to_char(date '2024-02-05', 'dy mon'), to_char(date '2024-02-05', 'DAY MONTH'), to_char(date '2024-02-05', 'day month')
SELECT to_char(date '2024-02-05', 'DDD'), to_char(date '2024-02-05', 'D ID'), to_char(date '2024-02-05', 'WW IW W'), to_char(date '2024-02-05', 'Q'), to_char(date '2024-02-05', 'CC'), to_char(date '2024-02-05', 'J'), to_char(date '2024-02-05', 'IYYY IY'), to_char(date '2024-02-05', 'Y,YYY YYY Y'), to_char(date '2024-02-05', 'RM'), to_char(date '2024-02-05', 'BC AD')
SELECT to_char(date '2024-02-01', 'DDth FMDDth'), to_char(date '2024-02-02', 'FMDDth'), to_char(date '2024-02-03', 'FMDDTH'), to_char(date '2024-02-11', 'FMDDth'), to_char(date '2024-02-22', 'FMDDth')
SELECT to_char(timestamptz '2024-02-05 14:05:09+00', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), to_char(timestamptz '2024-02-05 14:05:09+00', 'TZ'), to_char(timestamptz '2024-02-05 14:05:09+00', 'OF'), to_char(timestamptz '2024-02-05 14:05:09+00', 'TZH:TZM'), to_char(timestamp '2024-02-05', 'FF3 FF6')
SELECT to_char(interval '15h 2m 12s', 'HH24:MI:SS'), to_char(interval '3 days 4 hours', 'DD HH24'), to_char(interval '1 year 2 mons', 'YYYY MM')
SELECT to_char(day, 'YYYY-MM'), to_char(at, 'HH24:MI'), to_char(zoned, 'DD.MM.YYYY'), to_char(NULL::date, 'YYYY') FROM orders ORDER BY order_id
SELECT timestamp '2024-07-01 12:00' AT TIME ZONE 'UTC', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'Europe/Paris', timestamp '2024-07-01 12:00' AT TIME ZONE 'America/New_York', timezone('Asia/Tokyo', timestamptz '2024-01-01 00:00+00'), timestamptz '2024-07-01 12:00+00' AT TIME ZONE '+02', timestamptz '2024-07-01 12:00+00' AT TIME ZONE interval '2 hours', timestamptz '2024-01-01 00:00+00' AT TIME ZONE 'EST'
SELECT zoned AT TIME ZONE 'Europe/Paris', at AT TIME ZONE 'Europe/Paris', (zoned AT TIME ZONE 'Europe/Paris')::date FROM orders ORDER BY order_id
-- Now
SELECT now() = current_timestamp, current_date = now()::date, localtimestamp = now()::timestamp, pg_typeof(now()), pg_typeof(current_date), pg_typeof(localtime), clock_timestamp() >= now(), statement_timestamp() >= transaction_timestamp(), timeofday() IS NOT NULL
SELECT 'now'::timestamptz IS NOT NULL, 'today'::date = current_date, 'tomorrow'::date - 'yesterday'::date, timestamp 'today' = current_date, current_time IS NOT NULL, current_timestamp(0) IS NOT NULL
SELECT age(current_date) = interval '0', age(current_date - 1) = interval '1 day'
-- Series
SELECT * FROM generate_series(timestamp '2024-01-01', timestamp '2024-01-02', interval '8 hours')
SELECT * FROM generate_series(timestamptz '2024-01-01 00:00+00', timestamptz '2024-01-03 00:00+00', '1 day')
SELECT * FROM generate_series('2024-01-31'::date, '2024-04-30', '1 month') AS g(d)
SELECT * FROM generate_series(timestamp '2024-01-03', timestamp '2024-01-01', interval '-1 day')
SELECT d::date, to_char(d, 'Dy') FROM generate_series(date '2024-01-01', date '2024-01-03', interval '1 day') d
SELECT * FROM generate_series(1, 5, 2)
SELECT * FROM generate_series(5, 1)
SELECT * FROM generate_series(1.1, 3.2, 0.5)
SELECT * FROM generate_series(1::bigint, 3)
SELECT n, n * n AS square FROM generate_series(1, 3) AS t(n)
SELECT generate_series, count(*) FROM generate_series(1, 2) GROUP BY 1 ORDER BY 1
SELECT * FROM generate_series(1, 2) WITH ORDINALITY AS t(n, place)
SELECT * FROM generate_series(NULL, 3)
SELECT * FROM generate_series(1, 3) a, generate_series(a, 3) b ORDER BY 1, 2
-- What is wrong
SELECT date '2024-02-30'
SELECT date 'nonsense'
SELECT '2024-13-01'::date
SELECT timestamp '2024-01-01 25:00'
SELECT time '25:00'
SELECT interval 'nonsense'
SELECT 'abc'::timestamptz
SELECT make_date(2024, 2, 30)
SELECT make_date(2023, 13, 1)
SELECT make_time(25, 0, 0)
SELECT to_date('2024-02-30', 'YYYY-MM-DD')
SELECT to_date('abc', 'YYYY-MM-DD')
SELECT to_timestamp('2024-13-01', 'YYYY-MM-DD')
SELECT date '2024-01-01' + date '2024-01-01'
SELECT date '2024-01-01' * 2
SELECT timestamp '2024-01-01' + 1
SELECT extract(nothing from date '2024-01-01')
SELECT extract(hour from date '2024-01-01')
SELECT date_trunc('nothing', timestamp '2024-01-01')
SELECT date_part('nothing', timestamp '2024-01-01')
SELECT timestamp '2024-01-01' AT TIME ZONE 'Nowhere/Land'
SELECT date '5874898-01-01'
SELECT timestamp '2024-01-01' + interval '300000 years'
SELECT generate_series(1, 3, 0)
SELECT * FROM generate_series(timestamp '2024-01-01', timestamp '2024-01-02', interval '0')
SELECT interval '1 day' * interval '1 day'
SELECT interval '1 day' / 0
SELECT date '2024-01-01' = 1
SELECT date_bin('1 month', timestamp '2024-01-01', timestamp '2001-01-01')
SELECT now()::int
SELECT age(1)
SELECT interval '1 day ago', interval '2 hours ago', interval '1 year 2 mons ago', interval '@ 3 days ago', interval '1 day 2 hours ago', '1 month ago'::interval
SELECT date_trunc('hour', interval '3 days 02:47:33'), date_trunc('day', interval '3 days 02:47:33'), date_trunc('minute', interval '-1 day 02:47:33')
SELECT - interval '1 day 02:00', interval '1 day 2:00' * 2, interval '1 day'::text, interval '1 day' AS d, interval '1 day' d
SELECT date '2024-01-01' + interval '1 day', now() - interval '1 hour' < now(), interval '1 day' + interval '1 hour'
SELECT extract(epoch from interval '1 day 02:03:04.5')
SELECT interval '1 day' '2 hours'
SELECT interval 'P1Y2M3DT4H5M6S', interval '1-2', interval '3 4:05:06', interval '25:00:00', interval '1 day -1 hour', interval '1.5 months'
SELECT interval '1 day' * 1.5, interval '1 month' * 0.5, interval '1 hour' / 3, interval '1 year' / 7, interval '1 day' * -2, - interval '1 day 02:00', interval '1 year 3 mons 10 days 5:00' / 1.7, interval '-1 mon 3 days' * 0.33, interval '1 mon' / 30, interval '10 days' / 3
SELECT avg(x), sum(x) FROM (VALUES (interval '1 day'), (interval '3 hours'), (interval '1 month')) v(x)
SELECT avg(x), sum(x) FROM (VALUES (interval '1 day')) v(x) WHERE false
SELECT timestamp '2024-01-01 10:30:00.6'::timestamp(0), now()::timestamp(0) IS NOT NULL, '10:30:00.7'::time(0), timestamp '2024-01-01 10:30:00.123456'::timestamp(3), timestamp(0) '2024-01-01 10:30:00.6'
SELECT '2024-01-01 10:30:00.987654'::timestamptz(2), timestamp '1969-12-31 23:59:59.55'::timestamp(1), timestamp 'infinity'::timestamp(2), CAST(timestamp '2024-01-01 10:30:00.6' AS timestamp(0) without time zone), cast(NULL AS time(3))
SELECT x::timestamp(0), max(x::timestamp(1)) OVER () FROM (VALUES (timestamp '2024-01-01 10:30:00.67')) v(x)
SELECT to_char(timestamp '2024-02-05 14:05:09.123456', 'HH24:MI:SS.MS US FF3'), to_char(timestamp '2024-02-05 14:05:09.1', 'FF1 FF2 FF6 MS')
SELECT to_char(timestamp '2024-02-05 00:05:09', 'HH12:MI:SS AM'), to_char(timestamp '2024-02-05 12:05:09', 'HH:MI pm'), to_char(timestamp '2024-02-05 23:05:09', 'HH12 A.M.'), to_char(timestamp '2024-02-05 23:05:09', 'hh24 mi ss p.m.')
SELECT to_char(timestamp '2024-02-05 23:05:09', 'SSSS'), to_char(timestamp '2024-02-05 23:05:09', 'SSSSS'), to_char(date '2024-02-05', 'CC'), to_char(date '2024-02-05', 'J'), to_char(date '2024-02-05', 'DDD'), to_char(date '2024-02-05', 'RM rm FMRM'), to_char(date '2000-12-31', 'CC IDDD IYYY IYY IY I')
SELECT to_char(date '2024-02-05', 'YY Y YYY YYYY'), to_char(date '2024-02-05', 'Y,YYY'), to_char(date '0044-02-05', 'YYYY FMYYYY'), to_char(date '2024-02-05', 'BC AD b.c. A.D.')
SELECT to_char(date '2024-02-01', 'DDth'), to_char(date '2024-02-02', 'FMDDth'), to_char(date '2024-02-03', 'DDTH'), to_char(date '2024-02-11', 'FMDDth'), to_char(date '2024-02-22', 'FMDDth FMMonth, YYYY'), to_char(date '2024-02-05', 'FMDay the FMDDth')
SELECT to_char(interval '15h 2m 12s', 'HH24:MI:SS'), to_char(interval '3 days 4 hours', 'DD HH24'), to_char(interval '1 year 2 mons', 'YYYY MM'), to_char(interval '100 hours', 'HH24:MI'), to_char(interval '-1 day -02:03:04', 'DD HH24:MI:SS'), to_char(interval '26 hours', 'HH12 HH'), to_char(interval '1.5 sec', 'SS.MS US'), to_char(interval '40 days', 'DDD WW Q CC Y,YYY')
SELECT to_char(interval '1 day', 'Month')
SELECT to_char(timestamptz '2024-02-05 14:05:09+00', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), to_char(timestamptz '2024-02-05 14:05:09+00', 'TZ tz'), to_char(timestamptz '2024-02-05 14:05:09+00', 'OF'), to_char(timestamptz '2024-02-05 14:05:09+00', 'TZH:TZM'), to_char(timestamp 'infinity', 'CC'), to_char(date '2024-02-05', 'TZ'), to_char(timestamp '2024-02-05', 'TZ OF')
SELECT to_char(timestamptz '2024-07-05 14:05:09+00', 'HH24 TZ OF TZH:TZM'), to_char(timestamptz '2024-02-05 14:05:09+00', 'HH24 TZ'), to_timestamp('2024-07-15 10:30', 'YYYY-MM-DD HH24:MI'), to_char(date '2024-07-05', 'OF')
SELECT to_date('05 Dec 2000', 'DD Mon YYYY'), to_date('20240115', 'YYYYMMDD'), to_date('15/01/2024', 'DD/MM/YYYY'), to_date('1/5/2024', 'MM/DD/YYYY'), to_date('15-Jan-24', 'DD-Mon-YY'), to_date('January 5, 2024', 'Month DD, YYYY'), to_date('2024-1-5', 'YYYY-MM-DD'), to_date('  2024-01-05', 'YYYY-MM-DD'), to_date('2024-01-05 trailing', 'YYYY-MM-DD'), to_date('2024/01/05', 'YYYY-MM-DD')
SELECT to_date('2024 60', 'YYYY DDD'), to_date('99-01-01', 'YY-MM-DD'), to_date('69', 'YY'), to_date('70', 'YY'), to_date('2024-W03', 'IYYY-"W"IW'), to_date('2024-03-2', 'IYYY-IW-ID'), to_date('2024 Q2', 'YYYY "Q"Q'), to_date('24', 'YYYY'), to_date('2024', 'YYYY'), to_date('2024-06', 'YYYY-MM'), to_date('2451545', 'J')
SELECT to_date('2024-13-01', 'YYYY-MM-DD')
SELECT to_date('hello', 'YYYY-MM-DD')
SELECT to_date('15 Foo 2024', 'DD Mon YYYY')
SELECT to_timestamp('2024-01-15 10:30:45.123', 'YYYY-MM-DD HH24:MI:SS.MS'), to_timestamp('20240115103045', 'YYYYMMDDHH24MISS'), to_timestamp('2024-01-15 10:30 PM', 'YYYY-MM-DD HH12:MI PM'), to_timestamp('2024-01-15 12:30 AM', 'YYYY-MM-DD HH:MI AM'), to_timestamp('2024-01-15T10:30:45Z', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), to_timestamp('2024-01-15 10:30:45.5', 'YYYY-MM-DD HH24:MI:SS.US'), to_timestamp('2024-01-15 10:30:45.12', 'YYYY-MM-DD HH24:MI:SS.MS')
SELECT to_timestamp('2024-01-15 25:00', 'YYYY-MM-DD HH24:MI')
SELECT to_timestamp('2024-01-15 13:00 PM', 'YYYY-MM-DD HH12:MI PM')
SELECT to_timestamp('05 Dec 2000', 'DD Mon YYYY'), to_timestamp('Tue 05 December 2000', 'Dy DD Month YYYY'), to_timestamp('2000 dec 5th', 'YYYY mon DDth'), to_timestamp('2024-01-15 3600', 'YYYY-MM-DD SSSS')
SELECT to_char(amount, '999.99'), to_char(quantity, '00'), to_char(ratio, 'FM990.0'), to_char(amount, 'L999D99'), to_char(at, 'FMMonth DDth'), to_char(day, 'Q "quarter"'), to_char(zoned, 'TZ') FROM orders ORDER BY order_id
SELECT width_bucket(now(), ARRAY['yesterday', 'today', 'tomorrow']::timestamptz[]), ARRAY['2024-01-01', NULL]::date[], ARRAY[1, 2]::numeric[], ARRAY['1.5', '2']::numeric[], ARRAY[1.5, 2]::int[], ARRAY[1, NULL]::text[], ARRAY['a']::varchar(3)[], ARRAY[1.234]::numeric(5,2)[]
SELECT ARRAY['3.7']::int[]
SELECT tags::date[] FROM orders
SELECT ARRAY[1, 2]::text[], ARRAY['1', '2']::int[], ARRAY[1, 2]::bigint[], ARRAY[1.5]::int[], ARRAY[1, 2]::text, '{t,f}'::bool[], '{2024-01-01}'::date[], '{1.5,2}'::numeric[], string_to_array('1,2,3', ',')::int[]
SELECT string_to_array('1,2.5', ',')::int[]
SELECT string_to_array('1,2.5', ',')::numeric[], string_to_array('2024-01-05,2024-02-06', ',')::date[], string_to_array('a,b,N', ',', 'N'), string_to_array('a,b,N', ',', NULL)
SELECT (date '2024-01-01', date '2024-01-31') OVERLAPS (date '2024-01-15', date '2024-02-15'), (date '2024-01-01', interval '10 days') OVERLAPS (date '2024-01-11', interval '10 days'), (time '10:00', time '11:00') OVERLAPS (time '10:30', time '12:00'), (date '2024-01-31', date '2024-01-01') OVERLAPS (date '2024-01-31', date '2024-02-15'), (timestamp '2024-01-01', timestamp '2024-01-02') OVERLAPS ('2024-01-02', '2024-01-03'), (date '2024-01-01', date '2024-01-01') OVERLAPS (date '2024-01-01', date '2024-01-02'), (NULL::date, date '2024-01-01') OVERLAPS (date '2024-01-01', date '2024-01-02')
SELECT order_id FROM orders WHERE (day, interval '3 months') OVERLAPS (date '2024-01-01', date '2024-02-01') ORDER BY 1
SELECT timestamptz '2024-07-01 12:00+00' AT TIME ZONE interval '2 hours', timestamp '2024-07-01 12:00' AT TIME ZONE interval '-5:30', timezone('UTC', timestamp '2024-01-01')
SELECT timestamptz '2024-07-01 12:00+00' AT TIME ZONE '+02'
SELECT timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'UTC+3', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'CEST'
SELECT timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'EST', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'PDT', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'europe/paris', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'America/New_York'
SELECT timestamptz '2024-07-01 12:00+00' AT TIME ZONE '-05:30'
SELECT timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'CET', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'EST5EDT', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'IST', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'JST', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'MST', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'Z'
SELECT date_trunc('day', timestamptz '2024-02-16 20:38:40+00', 'Australia/Sydney'), date_trunc('month', timestamptz '2024-02-29 20:38:40+00', 'Asia/Tokyo')
SELECT extract(julian from date '2024-01-01'), extract(timezone from timestamptz '2024-01-01 00:00+02'), extract(timezone_hour from timestamptz '2024-01-01 00:00+02'), extract(timezone_minute from timestamptz '2024-01-01 00:00+02')
SELECT make_timestamptz(2024, 7, 15, 8, 15, 23.5), make_timestamptz(2024, 7, 15, 8, 15, 23.5, 'Europe/Paris'), isfinite(interval '1 day'), isfinite(date '2024-01-01'), isfinite(date 'infinity'), isfinite(timestamp 'infinity'), isfinite(NULL::interval)
SELECT time '10:00' + interval '1 hour', time '23:00' + interval '2 hours', time '10:00' - interval '30 min', time '10:00' - time '09:15', interval '1 hour' + time '10:00', interval '26 hours'::time, interval '-1 hour'::time, interval '1 day 02:03:04.5'::time
SELECT extract(hours from timestamp '2024-01-01 10:00')
SELECT date_part('hours', timestamp '2024-01-01 10:00'), date_part('years', interval '2 years')
SELECT timestamptz '2024-07-01 12:00+00' AT TIME ZONE z FROM (VALUES ('Europe/Paris'), ('UTC')) v(z) ORDER BY 1
SELECT timestamp '2024-07-01 12:00' AT TIME ZONE 'CET', timestamp '2024-07-01 12:00' AT TIME ZONE '+02', timezone('EST', timestamptz '2024-07-01 12:00+00'), timezone(interval '1 hour', timestamptz '2024-07-01 12:00+00')
