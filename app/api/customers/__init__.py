"""Calls of other sites and back ends, by an integration's token (wire contract, section 7)."""
