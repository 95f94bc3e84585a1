"""The client matrix: the same checks for `make clients`, which prints a table, and for the tests."""
