"""What the checks ask the database. Cheap at any size: indexes, statistics, the newest rows."""

from sqlalchemy import text

STATE = text(
    """
    SELECT current_setting('server_version') AS version,
           pg_is_in_recovery() AS is_replica,
           current_setting('transaction_read_only') = 'on' AS is_read_only,
           clock_timestamp() AS clock
    """
)

CONNECTIONS = text(
    """
    SELECT current_setting('max_connections')::int
           - current_setting('superuser_reserved_connections')::int AS server_most,
           (SELECT sum(numbackends)::int FROM pg_stat_database) AS server_used,
           (SELECT datconnlimit FROM pg_database WHERE datname = current_database())
               AS database_most,
           (SELECT numbackends FROM pg_stat_database WHERE datname = current_database())
               AS database_used,
           (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS role_most,
           (SELECT count(*)::int FROM pg_stat_activity WHERE usename = current_user) AS role_used
    """
)
"""Used and allowed, for the server, the database and the role; a limit of -1 is none."""

NEWEST_SIGN_IN = text("SELECT max(created_at) AS at, clock_timestamp() AS clock FROM auth_session")
"""A session from the future: the clock was set back since."""

SUPERADMIN = text(
    """
    SELECT is_active, password_hash IS NOT NULL AS has_password, subject IS NOT NULL AS is_linked
    FROM user_account WHERE platform_role = 'superadmin'
    """
)

UNREACHED_PROJECTS = text(
    """
    SELECT project.name, count(*) OVER () AS total
    FROM project JOIN user_account AS owner ON owner.id = project.owner_id
    WHERE project.is_private AND NOT owner.is_active
      AND NOT EXISTS (SELECT FROM project_grant WHERE project_grant.project_id = project.id)
    ORDER BY project.name, project.id
    LIMIT 3
    """
)
"""Private projects whose owner is deactivated and that nobody was given."""

PROJECT_MODELS = text(
    """
    SELECT settings ->> 'model' AS model, count(*) AS projects, min(name) AS example
    FROM project WHERE settings ->> 'model' <> ''
    GROUP BY 1 ORDER BY 1 LIMIT 500
    """
)

RECENT_ANSWERS = text(
    """
    SELECT error_code, error_detail, count(*) OVER (PARTITION BY error_code) AS times,
           count(*) OVER () AS answers
    FROM (SELECT id, nullif(error_code, 'CANCELLED') AS error_code, error_detail, created_at
          FROM message
          WHERE role = 'assistant' AND status <> 'streaming'
          ORDER BY id DESC LIMIT 50) AS newest
    WHERE created_at > now() - interval '1 hour'
    ORDER BY error_code IS NULL, times DESC, id DESC
    """
)
"""The newest answers, those that failed first."""

FULL_QUEUES = text(
    """
    SELECT provider.slug, provider.max_concurrent AS places, count(*)::int AS answers
    FROM run JOIN provider ON provider.id = run.provider_id
    WHERE run.closed_at IS NULL AND run.lease_until > now()
      AND provider.max_concurrent IS NOT NULL
    GROUP BY provider.id HAVING count(*) > provider.max_concurrent
    ORDER BY provider.slug
    """
)

UNFINISHED = text(
    """
    SELECT count(*)::int AS documents,
           coalesce(extract(epoch FROM now() - min(updated_at)), 0)::float AS still_for
    FROM document WHERE status IN ('queued', 'parsing', 'embedding')
    """
)
"""Documents that are not read to their end, and for how long the stillest has not moved, in s."""

FAILED_DOCUMENTS = text(
    """
    SELECT error_code AS code, count(*)::int AS documents, sum(deaths)::int AS deaths
    FROM document WHERE status = 'failed' GROUP BY 1 ORDER BY 2 DESC, 1
    """
)

WITHOUT_LANGUAGE = text(
    """
    SELECT count(*) FILTER (WHERE language = 'simple')::int AS documents, count(*)::int AS total
    FROM document WHERE ready_version IS NOT NULL
    """
)

SPACES = text(
    """
    SELECT name, state, error, (SELECT count(*)::int FROM chunk WHERE NOT EXISTS (
        SELECT FROM chunk_vector WHERE chunk_id = chunk.id AND embedder = vector_space.name
    )) AS missing
    FROM vector_space WHERE state IN ('active', 'filling')
    ORDER BY state
    """
)
"""The vector space that searches go by and the one that is to follow, and what lacks in each."""

NAMED_FILES = text(
    """
    SELECT document.name, file.key
    FROM document CROSS JOIN LATERAL (VALUES (blob_key), (ready_blob_key)) AS file (key)
    WHERE file.key IS NOT NULL
    """
)

WAITING_DELETIONS = text(
    """
    SELECT args ->> 'key' AS key FROM procrastinate_jobs
    WHERE task_name = 'delete_blob' AND status IN ('todo', 'doing')
    """
)

LEFT_ROWS = text(
    r"""
    WITH placed AS MATERIALIZED (
        SELECT count(*) FILTER (WHERE chunk.id IS NULL) AS alone,
               count(*) FILTER (
                   WHERE (chunk.ordinal, chunk.document_id, chunk.project_id)
                         <> (placed.ordinal, placed.document_id, placed.project_id)
               ) AS astray
        FROM chunk_vector AS placed LEFT JOIN chunk ON chunk.id = placed.chunk_id
    ), held AS (
        SELECT document_id, count(*) AS chunks FROM chunk GROUP BY document_id
    )
    SELECT 'vectors have no passage' AS what, alone AS things FROM placed
    UNION ALL
    SELECT 'vectors tell another place than their passage', astray FROM placed
    UNION ALL
    SELECT 'documents hold passages of a version that is gone', count(*)
    FROM document LEFT JOIN held ON held.document_id = document.id
    WHERE coalesce(held.chunks, 0)
          <> CASE WHEN ready_version IS NULL THEN 0 ELSE coalesce(chunk_count, 0) END
    UNION ALL
    SELECT 'jobs are for documents that are gone', count(*)
    FROM procrastinate_jobs
    WHERE task_name = 'read_document' AND status <> 'doing'
      AND NOT EXISTS (SELECT FROM document WHERE id = CAST(args ->> 'document_id' AS uuid))
    UNION ALL
    SELECT 'indexes are of projects that are gone', count(*)
    FROM pg_class
    WHERE relkind = 'i' AND relname ~ '^chunk_dense_[0-9a-f]{32}_'
      AND NOT EXISTS (SELECT FROM project WHERE id = CAST(substr(relname, 13, 32) AS uuid))
    """
)
"""Reads every vector's row once: about a second for a million."""
