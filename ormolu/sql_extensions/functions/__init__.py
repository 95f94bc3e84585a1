"""What a query may call, and what it becomes in DuckDB."""
