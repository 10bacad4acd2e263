"""Bytes to chunks: receive, sniff, parse, chunk, embed, store."""
