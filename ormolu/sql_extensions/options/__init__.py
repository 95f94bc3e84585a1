"""What `WITH (name = value, ...)` takes, a table a kind."""
