"""The configuration assistant: by a personal token, with `full` on the project."""

OTHERS = (
    ("POST", "/api/v1/management/conversations"),
    ("GET", "/api/v1/management/conversations/{}/messages"),
    ("POST", "/api/v1/management/conversations/{}/messages"),
)
