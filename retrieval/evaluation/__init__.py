"""Metrics, golden sets and the report of lumen evaluate."""
