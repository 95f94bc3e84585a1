"""The only place where objects are wired together: a Config becomes a running server or worker."""
