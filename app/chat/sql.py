"""Statements of the event log: fenced by the run's owner, one round trip each.

They run on connections of their own, outside the pool, in autocommit: one statement is one commit.
"""

from sqlalchemy import TextClause, text

ANSWER_CHANNEL = "lumen_answer"
STOP_CHANNEL = "lumen_answer_stop"

# The share lock makes a late owner and the one that closes its run take turns: whoever comes
# second sees what the first did. A batch sent again after a lost connection changes nothing.
APPEND = """
WITH mine AS MATERIALIZED (
    SELECT message_id FROM run
    WHERE message_id = ANY(%(runs)s::uuid[]) AND owner = %(owner)s AND closed_at IS NULL
    ORDER BY message_id
    FOR SHARE
), logged AS (
    INSERT INTO answer_event (message_id, seq, kind, data)
    SELECT e.message_id, e.seq, e.kind, e.data
    FROM unnest(%(ids)s::uuid[], %(seqs)s::int[], %(kinds)s::text[], %(datas)s::text[])
         AS e (message_id, seq, kind, data)
    JOIN mine ON mine.message_id = e.message_id
    ORDER BY e.message_id, e.seq
    ON CONFLICT (message_id, seq) DO NOTHING
)
SELECT coalesce(array_agg(message_id), '{}'),
       pg_notify('lumen_answer', coalesce(string_agg(message_id::text, ','), ''))
FROM mine
"""

# Many answers end in one statement: stored, closed and logged, all or nothing for each owner's run.
CLOSE_OWN = """
WITH ending AS MATERIALIZED (
    SELECT * FROM unnest(
        %(ids)s::uuid[], %(contents)s::text[], %(statuses)s::text[], %(finish_reasons)s::text[],
        %(error_codes)s::text[], %(error_details)s::text[], %(prompt_tokens)s::int[],
        %(completion_tokens)s::int[], %(citations)s::text[], %(models)s::text[], %(searches)s::int[]
    ) AS e (
        message_id, content, status, finish_reason,
        error_code, error_detail, prompt_tokens,
        completion_tokens, citations, model, searches
    )
), mine AS (
    UPDATE run SET closed_at = clock_timestamp()
    FROM ending
    WHERE run.message_id = ending.message_id AND run.owner = %(owner)s AND run.closed_at IS NULL
    RETURNING run.message_id
), stored AS (
    UPDATE message SET content = e.content, status = e.status, finish_reason = e.finish_reason,
        error_code = e.error_code, error_detail = e.error_detail, prompt_tokens = e.prompt_tokens,
        completion_tokens = e.completion_tokens, citations = e.citations::jsonb,
        model = coalesce(e.model, message.model), searches = e.searches
    FROM ending AS e JOIN mine ON mine.message_id = e.message_id
    WHERE message.id = e.message_id
), logged AS (
    INSERT INTO answer_event (message_id, seq, kind, data)
    SELECT e.message_id, e.seq, e.kind, e.data
    FROM unnest(
        %(event_ids)s::uuid[], %(seqs)s::int[], %(kinds)s::text[], %(datas)s::text[]
    ) AS e (message_id, seq, kind, data)
    JOIN mine ON mine.message_id = e.message_id
)
SELECT coalesce(array_agg(message_id), '{}'),
       pg_notify('lumen_answer', coalesce(string_agg(message_id::text, ','), ''))
FROM mine
"""

RESERVE = text(
    """
INSERT INTO run (message_id, owner, lease_until, started_at)
VALUES (:message_id, :owner, clock_timestamp() + :lease_s * interval '1 second', clock_timestamp())
"""
)

RENEW = """
UPDATE run SET lease_until = clock_timestamp() + %(lease_s)s * interval '1 second'
WHERE owner = %(owner)s AND message_id = ANY(%(runs)s::uuid[]) AND closed_at IS NULL
RETURNING message_id, stop_requested
"""

READ = text(
    """
SELECT run.closed_at IS NOT NULL AS closed, e.seq, e.kind, e.data
FROM run
LEFT JOIN LATERAL (
    SELECT seq, kind, data FROM answer_event
    WHERE message_id = run.message_id AND seq > :after
    ORDER BY seq LIMIT :count
) e ON true
WHERE run.message_id = :message_id
ORDER BY e.seq
"""
)

LAST_SEQ = text("SELECT coalesce(max(seq), 0) FROM answer_event WHERE message_id = :message_id")

REQUEST_STOP = text(
    """
WITH asked AS (
    UPDATE run SET stop_requested = true
    WHERE message_id = :message_id AND closed_at IS NULL
    RETURNING message_id
)
SELECT pg_notify('lumen_answer_stop', CAST(message_id AS text)) FROM asked
"""
)

# Anyone closes a run whose lease has run out.
CLOSE_EXPIRED = text(
    """
UPDATE run SET closed_at = clock_timestamp()
WHERE message_id = :message_id AND closed_at IS NULL AND lease_until < clock_timestamp()
RETURNING message_id
"""
)

EXPIRED = text(
    """
SELECT message_id FROM run
WHERE closed_at IS NULL AND lease_until < clock_timestamp()
  AND message_id <> ALL(CAST(:alive AS uuid[]))
ORDER BY lease_until, message_id LIMIT 50
"""
)

LOGGED = text(
    """
SELECT seq, kind, data FROM answer_event WHERE message_id = :message_id ORDER BY seq
"""
)

STORE_ANSWER = text(
    """
UPDATE message SET content = :content, status = :status, finish_reason = :finish_reason,
    error_code = :error_code, error_detail = :error_detail, prompt_tokens = :prompt_tokens,
    completion_tokens = :completion_tokens, citations = CAST(:citations AS jsonb),
    model = coalesce(CAST(:model AS text), model), searches = :searches
WHERE id = :message_id
"""
)

LOG_CLOSING = text(
    """
INSERT INTO answer_event (message_id, seq, kind, data)
SELECT :message_id, e.seq, e.kind, e.data
FROM unnest(CAST(:seqs AS int[]), CAST(:kinds AS text[]), CAST(:datas AS text[]))
     AS e (seq, kind, data)
"""
)

NOTIFY = text("SELECT pg_notify('lumen_answer', :message_id)")

FIND_QUOTES = text(
    """
WITH cited AS MATERIALIZED (
    SELECT cited.place, cited.document, cited.chunk, cited.quote, ready_version, paged,
           coalesce(cited.version = ready_version, false) AS is_same
    FROM unnest(CAST(:documents AS uuid[]), CAST(:versions AS integer[]),
                CAST(:chunks AS uuid[]), CAST(:quotes AS text[]))
         WITH ORDINALITY AS cited (document, version, chunk, quote, place)
         JOIN document ON document.id = cited.document AND document.project_id = :project
), kept AS MATERIALIZED (
    SELECT place, chunk.start + strpos(chunk.text, quote) - 1 AS start
    FROM cited JOIN chunk ON chunk.id = cited.chunk AND chunk.document_id = cited.document
    WHERE NOT is_same AND strpos(chunk.text, quote) > 0
), sought AS MATERIALIZED (
    SELECT place, document, quote FROM cited
    WHERE NOT is_same AND place NOT IN (SELECT place FROM kept)
), whole AS MATERIALIZED (
    SELECT document_id, string_agg(text, '' ORDER BY number) AS text
    FROM page WHERE document_id IN (SELECT document FROM sought)
    GROUP BY document_id
), found AS (
    SELECT place, start FROM kept
    UNION ALL
    SELECT place, strpos(text, quote) - 1
    FROM sought JOIN whole ON document_id = document
    WHERE strpos(text, quote) > 0
)
SELECT cited.place, cited.ready_version, cited.is_same, found.start,
       CASE WHEN cited.paged THEN (
           SELECT number FROM page
           WHERE document_id = cited.document AND page.start <= found.start
           ORDER BY number DESC LIMIT 1
       ) END AS page_number
FROM cited LEFT JOIN found ON found.place = cited.place
ORDER BY cited.place
"""
)
# Whole texts are read only where a document has changed and the passage is not in it any more.

_USAGE = """
SELECT CAST({key} AS text) AS id, coalesce({name}, '') AS name, count(*) AS answers,
       CAST(sum(prompt_tokens) AS bigint) AS prompt_tokens,
       CAST(sum(completion_tokens) AS bigint) AS completion_tokens,
       sum(cost) AS cost, CAST(sum(searches) AS bigint) AS searches
FROM usage_record
LEFT JOIN user_account ON user_account.id = usage_record.user_id
LEFT JOIN project ON project.id = usage_record.project_id
LEFT JOIN integration ON integration.id = usage_record.integration_id
WHERE usage_record.at >= :since AND usage_record.at < :until AND {only}
GROUP BY {key}
ORDER BY sum(prompt_tokens) + sum(completion_tokens) DESC, count(*) DESC, {key}
"""

# Nobody's account asked: a customer of an integration did, or a guest.
_ASKER = """CASE WHEN usage_record.user_id IS NOT NULL THEN CAST(usage_record.user_id AS text)
     WHEN usage_record.integration_id IS NOT NULL THEN 'integrations' ELSE 'guests' END"""
_ASKERS_NAME = """CASE WHEN count(usage_record.user_id) > 0 THEN max(user_account.name)
     WHEN count(usage_record.integration_id) > 0 THEN 'Integrations' ELSE 'Guests' END"""


def _usage(key: str, name: str, only: str = "true") -> TextClause:
    return text(_USAGE.format(key=key, name=name, only=only))


USAGE_BY = {
    "user": _usage(_ASKER, _ASKERS_NAME),
    "project": _usage("usage_record.project_id", "max(project.name)"),
    "model": _usage("usage_record.model", "usage_record.model"),
    "integration": _usage(
        "usage_record.integration_id",
        "max(integration.name)",
        "usage_record.integration_id IS NOT NULL",
    ),
}
