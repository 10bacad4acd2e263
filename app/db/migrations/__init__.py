"""Versioned schema changes, run by Alembic under an advisory lock."""
