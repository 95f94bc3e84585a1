"""PostgreSQL 15's system catalogs over the lake: what clients ask to find their way."""
