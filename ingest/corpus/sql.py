"""The statements on vector spaces, and on what a new version of a document keeps."""

from sqlalchemy import text

SPACES_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('lumen.vector-spaces'))")
"""Of the transaction: processes that start at once agree on what is active."""

CLAIM_FILLING = text("SELECT pg_try_advisory_lock(hashtext('lumen.filling')) AS mine")
RELEASE_FILLING = text("SELECT pg_advisory_unlock(hashtext('lumen.filling'))")
"""Of the session: it goes with a worker that dies."""

ADD_CHUNKS = text(
    """
    INSERT INTO chunk (id, project_id, document_id, ordinal, page_number, start, "end", heading,
                       text, token_count, gap, lexemes)
    SELECT id, :project, :document, ordinal, page, start, stop, heading, said, tokens, gap,
           to_tsvector(CAST(:language AS regconfig), searchable)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:ordinals AS integer[]), CAST(:pages AS integer[]),
                CAST(:starts AS integer[]), CAST(:ends AS integer[]), CAST(:headings AS text[]),
                CAST(:texts AS text[]), CAST(:tokens AS integer[]), CAST(:gaps AS text[]),
                CAST(:searchable AS text[]))
         AS made (id, ordinal, page, start, stop, heading, said, tokens, gap, searchable)
    """
)
"""A batch of a document's chunks; Postgres makes the lexemes, so COPY can't bring them."""

MISSING = text(
    """
    SELECT id, heading, text, token_count
    FROM chunk
    WHERE id > :after
      AND NOT EXISTS (SELECT FROM chunk_vector WHERE chunk_id = chunk.id AND embedder = :space)
    ORDER BY id
    LIMIT :limit
    """
)

ANY_MISSING = text(
    """
    SELECT EXISTS (
        SELECT FROM chunk
        WHERE NOT EXISTS (SELECT FROM chunk_vector WHERE chunk_id = chunk.id AND embedder = :space)
    )
    """
)

ADD_VECTORS = text(
    """
    INSERT INTO chunk_vector (chunk_id, embedder, project_id, document_id, ordinal, embedding)
    SELECT id, :space, project_id, document_id, ordinal, CAST(embedding AS halfvec)
    FROM (SELECT id, project_id, document_id, ordinal, made.embedding
          FROM unnest(CAST(:ids AS uuid[]), CAST(:vectors AS text[])) AS made (chunk_id, embedding)
               JOIN chunk ON chunk.id = made.chunk_id
          FOR KEY SHARE OF chunk) AS kept
    ON CONFLICT DO NOTHING
    """
)
"""Chunks that went meanwhile are left out; locked ones can't go before this commits."""

COUNTED = text(
    """
    SELECT (SELECT count(*) FROM chunk_vector WHERE embedder = :space) AS done,
           (SELECT count(*) FROM chunk) AS total
    """
)

LONGER = text("SELECT count(*) FROM chunk WHERE token_count > :window")

FORGET_RETIRED = text(
    """
    DELETE FROM chunk_vector
    USING (SELECT chunk_id, embedder
           FROM chunk_vector JOIN vector_space ON vector_space.name = embedder
           WHERE state = 'retired' AND changed_at < clock_timestamp() - CAST(:grace AS interval)
           LIMIT :limit) AS old
    WHERE chunk_vector.chunk_id = old.chunk_id AND chunk_vector.embedder = old.embedder
    """
)

FORGET_SPACES = text(
    """
    DELETE FROM vector_space
    WHERE state = 'retired' AND changed_at < clock_timestamp() - CAST(:grace AS interval)
      AND NOT EXISTS (SELECT FROM chunk_vector WHERE embedder = vector_space.name)
    """
)

STORED_CHUNKS = text(
    """
    SELECT chunk.id, chunk.heading, chunk.text, document.language,
           ARRAY(SELECT embedder FROM chunk_vector WHERE chunk_id = chunk.id) AS spaces
    FROM chunk JOIN document ON document.id = chunk.document_id
    WHERE chunk.document_id = :document
    ORDER BY chunk.ordinal
    """
)

HOLD_CHUNKS = text("SELECT FROM chunk WHERE document_id = :document ORDER BY id FOR UPDATE")
"""Whoever adds a vector meanwhile waits, and copies the chunk's new place."""

DROP_CHUNKS = text(
    """
    DELETE FROM chunk WHERE document_id = :document AND id <> ALL(CAST(:ids AS uuid[]))
    """
)

MOVE_CHUNKS = text(
    """
    UPDATE chunk
    SET ordinal = moved.ordinal, page_number = moved.page_number, start = moved.start,
        "end" = moved.stop, token_count = moved.token_count, gap = moved.gap
    FROM unnest(CAST(:ids AS uuid[]), CAST(:ordinals AS integer[]), CAST(:pages AS integer[]),
                CAST(:starts AS integer[]), CAST(:stops AS integer[]), CAST(:counts AS integer[]),
                CAST(:gaps AS text[]))
         AS moved (id, ordinal, page_number, start, stop, token_count, gap)
    WHERE chunk.id = moved.id AND chunk.document_id = :document
      AND (chunk.ordinal, chunk.page_number, chunk.start, chunk."end", chunk.token_count, chunk.gap)
          IS DISTINCT FROM
          (moved.ordinal, moved.page_number, moved.start, moved.stop, moved.token_count, moved.gap)
    """
)
"""Those before the first change stand where they stood, and are not written."""

MOVE_VECTORS = text(
    """
    UPDATE chunk_vector
    SET ordinal = moved.ordinal
    FROM unnest(CAST(:ids AS uuid[]), CAST(:ordinals AS integer[])) AS moved (id, ordinal)
    WHERE chunk_id = moved.id AND chunk_vector.ordinal <> moved.ordinal
    """
)
