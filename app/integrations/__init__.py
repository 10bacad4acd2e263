"""Integrations: tokens by which other sites and back ends chat in one project, and their limits."""
