"""People and how they prove who they are: passwords, sessions, tokens."""
