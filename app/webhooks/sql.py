"""Statements of the outbox."""

from sqlalchemy import text

SEND_LATER = text(
    """
SELECT procrastinate_defer_jobs_v1(ARRAY[CAST(ROW(
    'webhooks', 'send_webhook', 0, NULL, NULL,
    jsonb_build_object('delivery_id', CAST(:delivery_id AS text)),
    clock_timestamp() + :pause_s * interval '1 second'
) AS procrastinate_job_to_defer_v1)])
"""
)

# What is due for that long has lost its job: its worker died, or came too late. It goes at once,
# and is looked for again only after the same while.
FORGOTTEN = text(
    """
UPDATE webhook_delivery SET due_at = clock_timestamp()
WHERE id IN (
    SELECT id FROM webhook_delivery
    WHERE status = 'pending' AND due_at < clock_timestamp() - :grace_s * interval '1 second'
    ORDER BY due_at, id LIMIT 100 FOR UPDATE SKIP LOCKED
)
RETURNING id
"""
)

FORGET = text(
    """
DELETE FROM webhook_delivery
WHERE status <> 'pending' AND created_at < clock_timestamp() - :days * interval '1 day'
"""
)
