"""PostgreSQL's queries to DuckDB's trees."""
