-- The lake's silver and gold as foreign tables of a PostgreSQL; run there, with -v password=...
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SERVER lakehouse FOREIGN DATA WRAPPER postgres_fdw
    OPTIONS (host '127.0.0.1', port '7432', dbname 'lakehouse', fetch_size '10000');
CREATE USER MAPPING FOR CURRENT_USER SERVER lakehouse OPTIONS (user 'admin', password :'password');
CREATE SCHEMA lake_silver;
IMPORT FOREIGN SCHEMA silver FROM SERVER lakehouse INTO lake_silver;
CREATE SCHEMA lake_gold;
IMPORT FOREIGN SCHEMA gold FROM SERVER lakehouse INTO lake_gold;
