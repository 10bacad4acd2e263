"""Statements of the providers' queues and of how endpoints fare: seen alike by every process."""

from sqlalchemy import text

# Tickets of one provider commit in their order: whoever sees a ticket sees all lower ones.
QUEUE_LOCK = text(
    """
SELECT pg_advisory_xact_lock(hashtextextended('lumen.queue ' || CAST(:provider_id AS text), 0))
"""
)

TAKE_TICKET = text(
    """
UPDATE run SET provider_id = :provider_id, ticket = nextval('run_ticket')
WHERE message_id = :message_id AND closed_at IS NULL
  AND (provider_id IS DISTINCT FROM :provider_id OR ticket IS NULL)
"""
)

# A run whose lease has run out is dead: it stands in nobody's way.
AHEAD = text(
    """
SELECT provider.max_concurrent, (
    SELECT count(*) FROM run
    WHERE run.provider_id = provider.id AND run.closed_at IS NULL
      AND run.lease_until > clock_timestamp() AND run.ticket < mine.ticket
) AS ahead
FROM run AS mine JOIN provider ON provider.id = mine.provider_id
WHERE mine.message_id = :message_id AND mine.provider_id = :provider_id
"""
)

LEAVE = text(
    """
UPDATE run SET provider_id = NULL, ticket = NULL
WHERE message_id = :message_id AND provider_id = :provider_id
"""
)

# Answers that are being written or wait, by provider; without a limit nobody takes a ticket.
CROWDS = text(
    """
WITH open_run AS (
    SELECT provider.id, provider.max_concurrent, count(*) AS crowd
    FROM run
         JOIN message ON message.id = run.message_id
         JOIN provider ON provider.id = coalesce(
             run.provider_id,
             (SELECT named.id FROM provider AS named
              WHERE named.slug = split_part(message.model, '/', 1) AND named.max_concurrent IS NULL)
         )
    WHERE run.closed_at IS NULL AND run.lease_until > clock_timestamp()
    GROUP BY provider.id
)
SELECT id, least(crowd, max_concurrent) AS active,
       greatest(crowd - coalesce(max_concurrent, crowd), 0) AS waiting
FROM open_run
"""
)

# How the endpoint fares, by the database's clock.
HEALTH = text(
    """
SELECT failures, last_error_code, last_error_detail, last_error_at, last_success_at, open_until,
       paused_until,
       open_until > clock_timestamp() AS is_open,
       open_until <= clock_timestamp() AS is_half_open,
       coalesce(CAST(extract(epoch FROM paused_until - clock_timestamp()) AS double precision), 0)
           AS pause_s,
       coalesce(last_success_at > clock_timestamp() - :success_s * interval '1 second', false)
           AS is_fresh
FROM provider_health WHERE provider_id = :provider_id
"""
)

# Whoever moves the end of a rest that is over has the one trial.
TAKE_TRIAL = text(
    """
UPDATE provider_health SET open_until = clock_timestamp() + :trial_s * interval '1 second'
WHERE provider_id = :provider_id AND open_until <= clock_timestamp()
RETURNING provider_id
"""
)

SUCCEEDED = text(
    """
INSERT INTO provider_health (provider_id, last_success_at)
SELECT id, clock_timestamp() FROM provider WHERE id = :provider_id
ON CONFLICT (provider_id) DO UPDATE
SET failures = 0, open_until = NULL, last_success_at = clock_timestamp(),
    paused_until = CASE WHEN NOT :tested THEN provider_health.paused_until END
"""
)

FAILED = text(
    """
INSERT INTO provider_health AS health
    (provider_id, failures, open_until, last_error_code, last_error_detail, last_error_at)
SELECT id, :counted,
       CASE WHEN :counted >= :most THEN clock_timestamp() + :rest_s * interval '1 second' END,
       :code, :detail, clock_timestamp()
FROM provider WHERE id = :provider_id
ON CONFLICT (provider_id) DO UPDATE
SET failures = health.failures + :counted,
    open_until = CASE WHEN :counted = 1 AND health.failures + 1 >= :most
        THEN clock_timestamp() + interval '1 second' * least(
            :longest_rest_s, :rest_s * power(2, least(health.failures + 1 - :most, 20)))
        ELSE health.open_until END,
    last_error_code = :code, last_error_detail = :detail, last_error_at = clock_timestamp()
"""
)

PAUSED = text(
    """
INSERT INTO provider_health AS health
    (provider_id, paused_until, last_error_code, last_error_detail, last_error_at)
SELECT id, clock_timestamp() + :pause_s * interval '1 second', :code, :detail, clock_timestamp()
FROM provider WHERE id = :provider_id
ON CONFLICT (provider_id) DO UPDATE
SET paused_until = greatest(health.paused_until, EXCLUDED.paused_until),
    last_error_code = :code, last_error_detail = :detail, last_error_at = clock_timestamp()
"""
)

FALLBACK_LOCK = text("LOCK TABLE fallback IN SHARE ROW EXCLUSIVE MODE")
