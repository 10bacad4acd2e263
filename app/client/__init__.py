"""A client of a Lumen server, for programs and the terminal; it knows nothing of its code."""
