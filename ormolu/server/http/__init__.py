"""What the server offers over HTTP: health, metrics, and the lake as a read-only Iceberg REST catalog."""
