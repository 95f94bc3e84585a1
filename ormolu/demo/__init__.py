"""The retail example as part of the package: real order lines, the pipeline, and what it tells."""
