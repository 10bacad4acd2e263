"""Statements about the server itself."""

from sqlalchemy import text

MIGRATION_LOCK = text("SELECT pg_advisory_lock(hashtext('lumen.migrations'))")
MIGRATION_UNLOCK = text("SELECT pg_advisory_unlock(hashtext('lumen.migrations'))")

EXTENSION_VERSIONS = text(
    """
    SELECT current_setting('server_version') AS server,
           (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS installed,
           (SELECT default_version FROM pg_available_extensions WHERE name = 'vector') AS available
    """
)

PING = text("SELECT 1")

QUEUE_HEALTH = text(
    """
    SELECT count(*) AS waiting,
           EXISTS (SELECT FROM procrastinate_workers
                   WHERE last_heartbeat > now() - interval '30 seconds') AS alive
    FROM procrastinate_jobs AS job
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at < now())
      AND EXISTS (SELECT FROM procrastinate_events AS event
                  WHERE event.job_id = job.id AND event.type = 'deferred'
                    AND event.at < now() - interval '60 seconds')
    """
)
"""Jobs that have waited for a minute, and whether any worker has given a sign of life."""

FORGET_REPEATS = text("DELETE FROM idempotency_record WHERE created_at < now() - interval '7 days'")
"""A client that repeats a request does so within minutes, not weeks."""
