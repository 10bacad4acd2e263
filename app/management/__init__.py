"""The configuration assistant: reads a project, proposes changes, and makes those confirmed."""
