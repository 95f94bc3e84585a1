"""PostgreSQL's types on the wire: values to text and binary, column by column."""
