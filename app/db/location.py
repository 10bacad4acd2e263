"""Where the database is."""

from pathlib import Path

from app.db.embedded import EmbeddedPostgres


def conninfo(database_url: str | None, data_dir: Path) -> str:
    """The external server's URL, or the embedded one's private socket in the data folder."""
    return database_url or EmbeddedPostgres(data_dir).conninfo()
