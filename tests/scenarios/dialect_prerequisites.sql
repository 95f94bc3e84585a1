-- What the examples name and do not make themselves: made before the statement that starts as the heading says.
--before CREATE SECRET shop_pw
CREATE SECRET aws_id AS 'id';
CREATE SECRET aws_key AS 'key';
CREATE SECRET hubspot_token AS 'token';
CREATE SECRET billing_token AS 'token';
CREATE ROLE anna;
CREATE ROLE sales_eng;
CREATE ROLE finance;
CREATE ROLE data_analysts;
CREATE ROLE customer_service;
CREATE ROLE marketing;
CREATE ROLE region_sales_team;
CREATE ROLE external_partner;
--before CREATE SILVER TABLE orders
CREATE BRONZE SOURCE orders (order_id text, order_dt text, sku text, quantity text, amount numeric(18,4), gift text, phone text, price numeric(10,2), email text, age integer, customer_id text, cust text, legacy_id text, country_code text, op text, updated_at timestamptz) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.orders FROM STDIN WITH (FORMAT csv, HEADER true);
CREATE BRONZE SOURCE customers (customer_id text, name text, industry text, annual_revenue numeric(18,2), segment text, country text, email text, phone text, updated_at timestamptz, postcode text) FROM UPLOAD FORMAT csv (header = true);
CREATE BRONZE SOURCE sku_list (sku text, product_id text, name text, category_id text) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.sku_list FROM STDIN WITH (FORMAT csv, HEADER true);
CREATE BRONZE SOURCE country_list (code text, country_name text, region text, iso_code text) FROM UPLOAD FORMAT csv (header = true);
CREATE BRONZE SOURCE order_lines (order_id text, line_number integer, product_id text, unit_price numeric(10,2)) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.order_lines FROM STDIN WITH (FORMAT csv, HEADER true);
CREATE BRONZE SOURCE shop_lines (order_id text, line_id integer, quantity text, "Region" text, updated_at timestamptz) FROM UPLOAD FORMAT csv (header = true);
CREATE SILVER TABLE countries KEY (code) FROM bronze.country_list;
CREATE SILVER TABLE products KEY (sku) FROM bronze.sku_list;
CREATE SILVER TABLE order_lines KEY (order_id, line_number) FROM bronze.order_lines;
CREATE SILVER TABLE accounts AS SELECT 1 AS tenure, 2 AS mrr FROM bronze.country_list;
CREATE SILVER TABLE sales FROM bronze.sales;
--before CREATE GOLD TABLE daily_sales
CREATE GOLD TABLE fct_orders AS SELECT o.order_id, CAST(o.order_ts AS date) AS order_date, o.customer_id, l.product_id, l.unit_price * o.quantity AS revenue, 'SMB' AS segment, 'none' AS reason, false AS is_test_order FROM silver.orders AS o JOIN silver.order_lines AS l USING (order_id);
--before SELECT month, segment
CREATE GOLD METRIC monthly_revenue FROM gold.fct_orders
  GRAIN (date_trunc('month', order_date) AS month, segment)
  MEASURES (sum(revenue) AS total_revenue, count(DISTINCT order_id) AS order_count, total_revenue / order_count AS avg_order_value)
  FILTER (exclude_returns AS (reason IS DISTINCT FROM 'RETURN'), exclude_tests AS (NOT is_test_order));
--before CREATE DATABASE shop_dev
CREATE DATABASE shop;
