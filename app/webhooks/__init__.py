"""Word of what happens in a project to other systems: signed, retried, logged."""
