"""Customers of integrations: what they ask, and the people who answer beside the assistant."""
