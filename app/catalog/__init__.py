"""The providers that admins have configured, and the choice of one for an answer."""
