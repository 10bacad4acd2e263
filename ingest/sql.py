"""Statements of the queue, written out: its functions take arrays of a composite type."""

from sqlalchemy import text

DEFER_JOB = text(
    """
    SELECT procrastinate_defer_jobs_v1(ARRAY[CAST(ROW(
        :queue, :task, :priority, :lock, NULL, CAST(:args AS jsonb), NULL
    ) AS procrastinate_job_to_defer_v1)])
    """
)
"""The statement of procrastinate's own `defer_jobs` query, on a connection of ours."""

FORGOTTEN = text(
    """
    SELECT document.id
    FROM document
    WHERE document.status IN ('queued', 'parsing', 'embedding')
      AND (document.lease_until IS NULL OR document.lease_until < now())
      AND document.updated_at < now() - make_interval(secs => :grace)
      AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs AS job
        WHERE job.lock = 'document:' || document.id AND job.status IN ('todo', 'doing')
      )
    ORDER BY document.id
    LIMIT 100
    FOR UPDATE OF document SKIP LOCKED
    """
)
"""Unfinished documents that no job will take up: a late worker finished another's job."""

FORGET = text(
    """
    DELETE FROM procrastinate_jobs
    WHERE status <> 'doing' AND lock = 'document:' || CAST(:document AS uuid)
    """
)

FORGET_PROJECT = text(
    """
    DELETE FROM procrastinate_jobs
    WHERE status <> 'doing'
      AND lock IN (SELECT 'document:' || id FROM document WHERE project_id = :project)
    """
)
"""Jobs of documents that go; those under way end by themselves."""
