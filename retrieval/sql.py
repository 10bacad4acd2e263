"""The statements of a search. Each names its project; each ORDER BY ends in a tie-break.

Everything from outside is a bound parameter. What text can't be bound (an index's predicate) is a
UUID, an integer or a literal quoted by the driver.
"""

from uuid import UUID
from zlib import crc32

from psycopg import sql
from sqlalchemy import TextClause, text

BM25_K1 = 1.2
BM25_B = 0.75
"""Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009)."""

IDF_PRIOR = 200
"""Chunks of other text among which a project is taken to stand when `coverage` is told.

A handful of chunks says nothing of how rare a word is: without this, the words that a small project
holds would weigh next to nothing beside those that it does not.
"""

MOST_LEXEMES = 64
"""A question's words beyond these are not looked up: the bound on a hostile question's cost."""

OPEN = text(
    """
    SELECT coalesce(sum(chunk_count), 0) AS chunks,
           EXISTS (SELECT FROM pg_index
                   WHERE indexrelid = to_regclass(:index) AND indisvalid) AS indexed,
           (SELECT name FROM vector_space WHERE state = 'active') AS space,
           set_config('plan_cache_mode', 'force_custom_plan', true) AS planning,
           set_config('hnsw.iterative_scan', 'relaxed_order', true) AS scanning,
           set_config('hnsw.ef_search', :ef_search, true) AS effort
    FROM document
    WHERE project_id = :project AND ready_version IS NOT NULL
      AND (CAST(:documents AS uuid[]) IS NULL OR id = ANY(CAST(:documents AS uuid[])))
    """
)
"""How much there is to search, in which space, and the transaction's settings, in one round trip.

A generic plan knows neither which project is asked nor that its partial index applies, and its
estimate for an average project looks cheap: every statement is planned for its own values.
"""

DENSE_EXACT = text(
    """
    SELECT chunk_id AS id, document_id, ordinal,
           -(embedding <#> CAST(:vector AS halfvec)) AS score
    FROM chunk_vector
    WHERE project_id = :project AND embedder = :embedder
      AND (CAST(:documents AS uuid[]) IS NULL OR document_id = ANY(CAST(:documents AS uuid[])))
    ORDER BY score DESC, id
    LIMIT :limit
    """
)
"""Every vector in reach is compared; they are of unit length, so the product is the cosine."""


def dense_indexed(dimensions: int) -> TextClause:
    """The same through the project's own approximate index; its order is mended outside."""
    return text(
        f"""
        WITH near AS MATERIALIZED (
            SELECT chunk_id AS id, document_id, ordinal, embedding
            FROM chunk_vector
            WHERE project_id = :project AND embedder = :embedder
              AND (CAST(:documents AS uuid[]) IS NULL
                   OR document_id = ANY(CAST(:documents AS uuid[])))
            ORDER BY CAST(embedding AS halfvec({dimensions:d}))
                     <=> CAST(:vector AS halfvec({dimensions:d}))
            LIMIT :limit
        )
        SELECT id, document_id, ordinal, -(embedding <#> CAST(:vector AS halfvec)) AS score
        FROM near
        ORDER BY score DESC, id
        """  # noqa: S608 - the only thing interpolated is an integer
    )


LEXICAL = text(
    r"""
    WITH language AS MATERIALIZED (
        SELECT DISTINCT config.oid AS id
        FROM document JOIN pg_catalog.pg_ts_config AS config ON config.cfgname = document.language
        WHERE project_id = :project AND ready_version IS NOT NULL
          AND config.cfgnamespace = 'pg_catalog'::regnamespace
    ), word AS MATERIALIZED (
        SELECT language.id AS language, lexeme, min(positions[1]) AS place
        FROM language, unnest(to_tsvector(CAST(language.id AS regconfig), :question))
        GROUP BY language.id, lexeme
    ), term AS MATERIALIZED (
        SELECT lexeme, CAST('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''''
                            AS tsquery) AS query
        FROM word GROUP BY lexeme ORDER BY min(place), lexeme LIMIT :lexemes
    ), posting AS MATERIALIZED (
        SELECT term.lexeme, chunk.id
        FROM term JOIN chunk ON chunk.lexemes @@ term.query
        WHERE chunk.project_id = :project
          AND (CAST(:documents AS uuid[]) IS NULL
               OR chunk.document_id = ANY(CAST(:documents AS uuid[])))
    ), weight AS MATERIALIZED (
        SELECT lexeme, query, ln(1 + (:chunks - df + 0.5) / (df + 0.5)) AS idf,
               ln(1 + (:chunks + :prior - df + 0.5) / (df + 0.5)) AS sway
        FROM term
             LEFT JOIN (SELECT lexeme, count(*) AS holders FROM posting GROUP BY lexeme) AS held
             USING (lexeme)
             CROSS JOIN LATERAL (
                 SELECT CAST(least(coalesce(holders, 0), :chunks) AS float8) AS df
             ) AS frequency
    ), asked AS MATERIALIZED (
        SELECT min(mass) AS mass
        FROM (SELECT sum(sway ^ 2) AS mass
              FROM word JOIN weight USING (lexeme) GROUP BY language) AS spoken
    ), pool AS MATERIALIZED (
        SELECT id, sum(idf) AS rarity, sum(sway ^ 2) AS mass
        FROM posting JOIN weight USING (lexeme)
        GROUP BY id ORDER BY rarity DESC, id LIMIT :pool
    ), candidate AS MATERIALIZED (
        SELECT id, document_id, ordinal, lexemes, token_count, least(1, mass / total) AS coverage,
               token_count / avg(token_count) OVER () AS length
        FROM pool JOIN chunk USING (id) CROSS JOIN (SELECT mass AS total FROM asked) AS whole
    )
    SELECT id, document_id, ordinal, coverage,
           sum(idf * tf * (:k1 + 1) / (tf + :k1 * (1 - :b + :b * CAST(length AS float8)))) AS score
    FROM candidate JOIN posting USING (id) JOIN weight USING (lexeme)
         CROSS JOIN LATERAL (
             SELECT 10 * ts_rank('{0.1, 0.1, 0.1, 0.1}', lexemes, query) AS rank
             OFFSET 0  -- Computed once, not wherever it is named.
         ) AS ranked
         CROSS JOIN LATERAL (SELECT 0.645 * rank / (1 - rank) AS tf) AS counted
    GROUP BY id, document_id, ordinal, coverage
    ORDER BY score DESC, id
    LIMIT :limit
    """
)
"""BM25 over the project's own statistics, from the GIN index.

The index gives, word by word, who holds it: that is the document frequency and, summed as idf, a
first score without opening a single stored vector. Only the best of those are opened for how often
each word stands there, and weighed by length. `coverage` is the share of the question's weight
that the chunk holds, squared so that rare words decide; those that nobody holds weigh most.
"""

FETCH = text(
    """
    SELECT chunk.id, chunk.document_id, chunk.ordinal, chunk.page_number, chunk.start, chunk."end",
           chunk.heading, chunk.text, chunk.token_count,
           document.name, document.ready_version, document.paged
    FROM unnest(CAST(:documents AS uuid[]), CAST(:ordinals AS integer[]))
         AS wanted (document, place)
         JOIN chunk ON chunk.document_id = wanted.document AND chunk.ordinal = wanted.place
         JOIN document ON document.id = chunk.document_id
    WHERE chunk.project_id = :project AND document.ready_version IS NOT NULL
    ORDER BY chunk.document_id, chunk.ordinal
    """
)

SPANS = text(
    """
    SELECT wanted.place,
           string_agg(substring(page.text FROM greatest(wanted.start - page.start, 0) + 1
                                          FOR least(wanted.stop, page."end")
                                              - greatest(wanted.start, page.start)),
                      '' ORDER BY page.number) AS text,
           array_agg(page.start ORDER BY page.number) AS page_starts,
           array_agg(page.number ORDER BY page.number) AS page_numbers
    FROM unnest(CAST(:documents AS uuid[]), CAST(:starts AS integer[]), CAST(:stops AS integer[]))
         WITH ORDINALITY AS wanted (document, start, stop, place)
         JOIN document ON document.id = wanted.document AND document.project_id = :project
         JOIN page ON page.document_id = wanted.document
                  AND page.start < wanted.stop AND page."end" > wanted.start
    GROUP BY wanted.place
    ORDER BY wanted.place
    """
)
"""The exact text of stretches that reach over chunks, and the pages that they reach over."""

INDEXES = text(
    """
    SELECT indexed.relname AS name, pg_index.indisvalid AS valid
    FROM pg_index JOIN pg_class AS indexed ON indexed.oid = pg_index.indexrelid
    WHERE pg_index.indrelid = 'chunk_vector'::regclass
      AND starts_with(indexed.relname, CAST(:prefix AS text))
    ORDER BY indexed.relname
    """
)


LARGE_PROJECTS = text(
    """
    SELECT project_id AS id
    FROM document
    WHERE ready_version IS NOT NULL
    GROUP BY project_id
    HAVING sum(chunk_count) > :rows
    ORDER BY project_id
    """
)

CLAIM_UPKEEP = text("SELECT pg_try_advisory_lock(hashtext('lumen.dense-indexes')) AS mine")
AWAIT_UPKEEP = text("SELECT true AS mine FROM pg_advisory_lock(hashtext('lumen.dense-indexes'))")
RELEASE_UPKEEP = text("SELECT pg_advisory_unlock(hashtext('lumen.dense-indexes'))")
"""Of the session: building an index takes no transaction that could hold the lock."""

INDEX_FAMILY = "chunk_dense_"


def index_prefix(project_id: UUID) -> str:
    """What the names of a project's approximate indexes begin with."""
    return f"{INDEX_FAMILY}{project_id.hex}_"


def index_name(project_id: UUID, embedder: str) -> str:
    """The name of a project's approximate index in one embedder's space."""
    return f"{index_prefix(project_id)}{crc32(embedder.encode()):08x}"


def create_index(project_id: UUID, embedder: str, dimensions: int) -> str:
    """The statement that builds it, without blocking those who write chunks."""
    return (
        sql.SQL(
            "CREATE INDEX CONCURRENTLY {name} ON chunk_vector USING hnsw "
            "((embedding::halfvec({dimensions})) halfvec_cosine_ops) "
            "WHERE project_id = {project} AND embedder = {embedder}"
        )
        .format(
            name=sql.Identifier(index_name(project_id, embedder)),
            dimensions=sql.Literal(dimensions),
            project=sql.Literal(str(project_id)),
            embedder=sql.Literal(embedder),
        )
        .as_string()
    )


def drop_index(name: str) -> str:
    """The statement that drops one; it waits for no reader."""
    return sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name)).as_string()
