-- to_char and to_number of numbers
SELECT to_char(1234.567, '9999.99'), to_char(1234.567, '9,999.99'), to_char(1234.567, 'FM9,999.99'), to_char(-1234.567, '9999.99'), to_char(0.5, '0.00'), to_char(0.5, '9.99'), to_char(0.5, 'FM9.99'), to_char(0, '9.99')
SELECT to_char(12, '0000'), to_char(12, 'FM0000'), to_char(12, '9999'), to_char(-12, '0000'), to_char(12345, '99')
SELECT to_char(12, 'S99'), to_char(-12, 'S99'), to_char(12, '99S'), to_char(-12, '99S'), to_char(12, 'SG99'), to_char(-12, '99PR'), to_char(12, '99PR'), to_char(-12, 'MI99'), to_char(12, 'PL99'), to_char(12, '99MI')
SELECT to_char(485, '"Good number:"999'), to_char(485.8, '"Pre:"999" Post:" .999'), to_char(12.4, '99V9'), to_char(485, 'RN'), to_char(485, 'FMRN'), to_char(1234567.891, '9,999,999.9'), to_char(482, '999th'), to_char(148.5, '999D99'), to_char(1485, '9G999'), to_char(3148.5, '9G999D999')
SELECT to_char(0.1, 'FM9.9'), to_char(-0.1, 'FM9.99'), to_char(0.1, '99.99'), to_char(100, 'FM999'), to_char(1e6, '9,999,999'), to_char(0.0012, '9.99EEEE'), to_char(12345.678, '9.99EEEE'), to_char(99.995, '99.99'), to_char(-0.5, '9'), to_char(0.4, '9')
SELECT to_char(amount, '999.99'), to_char(quantity, '00'), to_char(ratio, 'FM990.0'), to_char(amount, 'L999D99') FROM orders ORDER BY order_id
SELECT to_char(NULL::numeric, '9'), to_char(1.5::float8, '9.99'), to_char(1.5::real, '9.99'), to_char(5::bigint, '99'), to_char(1234.5, '9 999.9'), to_char(1, ''), to_char(50, '99%')
SELECT to_number('12,454.8-', '99G999D9S'), to_number('1234', '9999'), to_number('-12.5', 'S99.9'), to_number('$1,234.50', 'L9,999.99'), to_number('<12>', '99PR'), to_number('1.5', '9.9'), to_number('  5', '999'), to_number('12', '9'), to_number('1,234', '9999')
SELECT to_number('abc', '999')
SELECT to_number('', '999')
