"""The shell: HTTP, people, conversations, jobs, screens."""
