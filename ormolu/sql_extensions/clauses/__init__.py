"""The clauses each kind of definition takes, and how they are read."""
