-- A small retailer, from the till's files and the shop's database to abnormal declines.
--
-- Paths below are relative to the folder that holds the server's data directory, so that every client can run this
-- file. Inputs that do not lie there the server brings itself; `python -m ormolu.demo retail` writes them to look at:
--
--     psql postgresql://admin@127.0.0.1:7432/lakehouse -f pipeline.sql
--
-- Running it again changes nothing.

-- 1 Connections -----------------------------------------------------------------------------------------------

CREATE OR REPLACE CONNECTION till TYPE files WITH (url = 'retail/sales');

CREATE OR REPLACE CONNECTION shop TYPE sqlite WITH (path = 'retail/shop.sqlite');

-- 2 Bronze: what the sources said --------------------------------------------------------------------------------

CREATE OR REPLACE BRONZE SOURCE products
  FROM CONNECTION shop QUERY $$SELECT * FROM products WHERE is_active = 1$$
  KEY (product_id)
  LOAD FULL
  COMMENT 'the shop''s active products';

CREATE OR REPLACE BRONZE SOURCE sales
  FROM CONNECTION till FILES 'sales_*.csv' FORMAT csv (header = true)
  LOAD APPEND
  COMMENT 'one file a day, as the till writes them';

REFRESH bronze.products;

REFRESH bronze.sales;

-- What is in it, and what the server would do with it.

PROFILE bronze.products;

PROFILE bronze.sales;

SUGGEST TYPES FOR bronze.sales;

SUGGEST RULES FOR bronze.sales;

-- 3 Silver: the cleansed truth --------------------------------------------------------------------------------------

CREATE OR REPLACE SILVER TABLE products (
    product_id    text NOT NULL,
    product_name  text NOT NULL,
    category      text NOT NULL,
    sub_category  text NOT NULL,
    list_price    numeric(10,2) CHECK (list_price > 0),
    first_sold_on date,
    last_sold_on  date
  )
  KEY (product_id)
  WITH RULES (
    SET product_name = trim(replace(product_name, chr(160), ' '))
  )
  COMMENT 'active products, one row each'
  AS SELECT product_id, product_name, category, sub_category, list_price, first_sold_on, last_sold_on
     FROM bronze.products;

CREATE OR REPLACE SILVER TABLE sales (
    row_id       integer,
    order_date   date,
    ship_date    date,
    postal_code  text,
    sales        numeric(12,4),
    quantity     integer,
    discount     numeric(4,2),
    profit       numeric(12,4)
  )
  KEY (row_id)
  WITH RULES (
    -- Postal codes of New England and New Jersey lost their leading zero.
    SET postal_code = lpad(postal_code, 5, '0'),
    -- The till writes the name that was printed; hard spaces and spaces at the end are no difference.
    SET receipt_name = trim(replace(receipt_name, chr(160), ' ')),
    CONSTRAINT quantity_given NOT NULL quantity,
    CONSTRAINT known_product FOREIGN KEY (product_id) REFERENCES silver.products (product_id),
    CONSTRAINT postal_code_of_five CHECK (postal_code ~ '^[0-9]{5}$'),
    CONSTRAINT quantity_positive CHECK (quantity > 0),
    CONSTRAINT sales_not_negative CHECK (sales >= 0),
    CONSTRAINT discount_is_share CHECK (discount BETWEEN 0 AND 1),
    CONSTRAINT shipped_after_order CHECK (ship_date >= order_date),
    DEDUPLICATE BY (order_id, product_id, quantity, sales) KEEP FIRST ORDER BY row_id,
    -- Looked at, not acted on: an order number of another year, a product sold under an older name.
    CONSTRAINT order_number_of_year CHECK (strpos(order_id, left(CAST(order_date AS text), 4)) = 4) ON VIOLATION WARN,
    CONSTRAINT name_is_current CHECK (receipt_name = product_name) ON VIOLATION WARN
  )
  COMMENT 'order lines of active products, cleansed'
  AS SELECT s.row_id, s.order_id, s.order_date, s.ship_date, s.ship_mode, s.customer_id, s.customer_name, s.segment,
            s.city, s.state, s.postal_code, s.region, s.product_id, s.product_name AS receipt_name,
            p.product_name, p.category, p.sub_category, p.list_price, s.sales, s.quantity, s.discount, s.profit
     FROM bronze.sales AS s
     LEFT JOIN silver.products AS p ON p.product_id = s.product_id;

CREATE OR REPLACE SILVER TABLE category_trends
  COMMENT 'sales by day, category and region, with the average over the last seven days of sale'
  AS SELECT order_date AS day, category, region, sum(sales) AS revenue, sum(quantity) AS units,
            avg(sum(sales)) OVER (PARTITION BY category, region ORDER BY order_date
                                  ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS revenue_average_7
     FROM silver.sales
     GROUP BY order_date, category, region;

-- 4 Gold: made for questions -------------------------------------------------------------------------------------------

CREATE OR REPLACE GOLD TABLE daily_sales
  KEY (day, region, product_id)
  COMMENT 'sales by day, category, region and product'
  AS SELECT order_date AS day, category, sub_category, region, product_id, product_name,
            sum(sales) AS revenue, sum(quantity) AS units, sum(profit) AS profit, count(DISTINCT order_id) AS orders
     FROM silver.sales
     GROUP BY order_date, category, sub_category, region, product_id, product_name;

CREATE OR REPLACE GOLD METRIC sales_by_month
  FROM silver.sales
  GRAIN (CAST(date_trunc('month', order_date) AS date) AS month, category AS category, region AS region)
  MEASURES (sum(sales) AS revenue, count(DISTINCT order_id) AS orders, revenue / orders AS average_order_value)
  COMMENT 'revenue, orders and average order value by month, category and region';

-- 5 Abnormal declines, week over week -------------------------------------------------------------------------------------
-- One shop's weeks swing widely: at the usual sensitivity of 0.95 only the greatest drops are told.

CREATE OR REPLACE MONITOR declining_categories ON gold.daily_sales
  MEASURES (sum(revenue)) TIME day PER (category)
  DETECT drop COMPARE 'week over week'
  SCHEDULE AFTER UPSTREAM
  WITH (sensitivity = 0.99);

CREATE OR REPLACE MONITOR declining_products ON gold.daily_sales
  MEASURES (sum(revenue)) TIME day PER (sub_category)
  DETECT drop COMPARE 'week over week'
  SCHEDULE AFTER UPSTREAM
  WITH (sensitivity = 0.98);

-- 6 What an analyst asks ------------------------------------------------------------------------------------------------

SELECT rule, count(*) AS rows FROM lake.quarantine WHERE table_name = 'silver.sales' GROUP BY rule ORDER BY rule;

SELECT category, region, sum(revenue) AS revenue, sum(units) AS units
  FROM gold.daily_sales GROUP BY category, region ORDER BY revenue DESC;

SELECT month, sum(revenue) AS revenue FROM gold.sales_by_month GROUP BY month ORDER BY month DESC LIMIT 12;

SELECT product_name, sum(revenue) AS revenue, sum(profit) AS profit
  FROM gold.daily_sales GROUP BY product_name ORDER BY profit LIMIT 10;

SELECT monitor, period, series, actual, expected, change_percent
  FROM lake.anomalies WHERE status = 'open' ORDER BY period DESC LIMIT 10;

SUMMARIZE ANOMALIES FROM declining_categories;

SUMMARIZE ANOMALIES FROM declining_products;
