"""What others wrote, shown so that it can't pass for the assistant's own words."""


def barred(text: str) -> str:
    """The text with a bar in front of every line."""
    return "\n".join(f"  | {line}" for line in text.splitlines() or [""])


def on_one_line(text: str) -> str:
    """The text as one line of a list."""
    return " ".join(text.split())
