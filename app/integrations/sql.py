"""Statements of the limits: one round trip each, exact over all processes."""

from sqlalchemy import text

# The generic cell rate algorithm (ITU-T I.371): a request moves the bucket's moment on by
# `every_s`; it is refused where that would be more than a minute ahead of now.
TAKE = text(
    """
INSERT INTO rate_bucket AS bucket (key, spent_until)
VALUES (:key, clock_timestamp() + :every_s * interval '1 second')
ON CONFLICT (key) DO UPDATE
SET spent_until = greatest(bucket.spent_until, clock_timestamp()) + :every_s * interval '1 second'
WHERE greatest(bucket.spent_until, clock_timestamp()) + :every_s * interval '1 second'
      <= clock_timestamp() + interval '60 seconds 1 millisecond'
RETURNING key
"""
)

WAIT = text(
    """
SELECT greatest(0, EXTRACT(EPOCH FROM spent_until - clock_timestamp()) + :every_s - 60)
FROM rate_bucket WHERE key = :key
"""
)

# It waits for nobody: a request takes from several buckets, and the two could wait for each other.
# `now()` and not the clock, whose value may change within the scan: only then an index serves.
FORGET = text(
    """
DELETE FROM rate_bucket WHERE key IN (
    SELECT key FROM rate_bucket WHERE spent_until < now() FOR UPDATE SKIP LOCKED
)
"""
)

SPEND = text(
    """
INSERT INTO integration_day AS spent (integration_id, day, questions)
VALUES (:integration_id, CAST(now() AT TIME ZONE 'UTC' AS date), 1)
ON CONFLICT (integration_id, day) DO UPDATE SET questions = spent.questions + 1
WHERE spent.questions < :budget
RETURNING questions
"""
)
