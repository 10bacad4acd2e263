"""Text that can be kept."""


def storable(text: str) -> str:
    """Without what Postgres and UTF-8 refuse: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
