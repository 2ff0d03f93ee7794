"""The vocabulary and the memory of the pipeline: domain values, errors, settings and store."""

__version__ = "0.1.0"
