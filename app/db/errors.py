"""What can be wrong with the database, each with the way to mend it."""


class DatabaseError(Exception):
    """Root of this package's errors; its text tells the operator what to do."""


class DatabaseUnreachable(DatabaseError):
    """No connection."""


class ExtensionMissing(DatabaseError):
    """The server has no pgvector, or one that is too old."""


class SchemaTooNew(DatabaseError):
    """The database was migrated by a newer Lumen than this one."""


class EmbeddedServerFailed(DatabaseError):
    """The embedded server did not start; its log says why."""
