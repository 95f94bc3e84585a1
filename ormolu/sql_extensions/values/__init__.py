"""PostgreSQL's text forms of values, read and written: literals, parameters and text columns share them."""
