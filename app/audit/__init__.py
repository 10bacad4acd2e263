"""What was done, by whom, and what it was before: written once, never changed."""
