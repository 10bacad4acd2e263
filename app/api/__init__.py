"""One module per resource: handlers, request and response bodies."""
