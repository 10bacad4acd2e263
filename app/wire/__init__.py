"""Answer events to bytes: one dialect per file, no input or output."""
