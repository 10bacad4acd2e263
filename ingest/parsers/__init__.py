"""Bytes to ParsedDocument, one format a module; run in the sandbox only."""
