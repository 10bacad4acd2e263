"""What may be wrong with this server, looked at by itself: checks, each with its runbook."""
