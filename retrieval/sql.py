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
"""A question's words beyond these are not looked up: the bound on a hostile question's cost, and
the bits of the number that says which of them a chunk holds."""

COMMON = 200
"""Chunks of a project that hold a word, from where on the word is counted beforehand."""

CENSUS_ROWS = 2_000
"""Chunks from where on a project's common words are counted."""

MOST_POSTINGS = 1_000
"""Of the words that are known to be common: chunks that are looked up for them all together."""

OPEN = text(
    """
    SELECT coalesce(sum(chunks), 0) AS chunks,
           coalesce(array_agg(language ORDER BY language), '{}') AS languages,
           EXISTS (SELECT FROM pg_index
                   WHERE indexrelid = to_regclass(:index) AND indisvalid) AS indexed,
           (SELECT name FROM vector_space WHERE state = 'active') AS space,
           set_config('plan_cache_mode', 'force_custom_plan', true) AS planning,
           set_config('hnsw.iterative_scan', 'relaxed_order', true) AS scanning,
           set_config('hnsw.ef_search',
                      CAST(greatest(:ef_least, least(:ef_most, coalesce(sum(chunks), 0)
                                                               / :ef_chunks))
                           AS integer)::text, true) AS effort
    FROM (SELECT language, sum(chunk_count) AS chunks
          FROM document
          WHERE project_id = :project AND ready_version IS NOT NULL
            AND (CAST(:documents AS uuid[]) IS NULL OR id = ANY(CAST(:documents AS uuid[])))
          GROUP BY language) AS read
    """
)
"""How much there is to search, in which languages and space, and the transaction's settings.

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


_LOOKED_UP = """
        SELECT sought.number, found.place
        FROM sought CROSS JOIN LATERAL (
            SELECT chunk.ctid AS place FROM chunk
            -- "Is true" keeps the index of projects out: each word would go through all of it.
            WHERE (chunk.project_id = :project) IS TRUE
              AND lexeme_keys(chunk.project_id, chunk.lexemes) @> sought.keys
              AND (CAST(:documents AS uuid[]) IS NULL
                   OR chunk.document_id = ANY(CAST(:documents AS uuid[])))
            LIMIT 4 * CAST(:postings AS integer)
        ) AS found
"""

_READ_THROUGH = """
        SELECT term.number, chunk.ctid AS place
        FROM term JOIN chunk ON chunk.lexemes @@ term.query
        WHERE chunk.project_id = :project AND chunk.document_id = ANY(CAST(:documents AS uuid[]))
"""


def _lexical(posting: str, *, budget: str) -> TextClause:
    return text(
        rf"""
    WITH language AS MATERIALIZED (
        SELECT config.oid AS id, question
        FROM unnest(CAST(:languages AS text[]), CAST(:questions AS text[]))
                 AS spoken (name, question)
             JOIN pg_catalog.pg_ts_config AS config ON config.cfgname = spoken.name
        WHERE config.cfgnamespace = 'pg_catalog'::regnamespace
    ), word AS MATERIALIZED (
        SELECT language.id AS language, lexeme, min(positions[1]) AS place,
               language.id = CAST('pg_catalog.simple' AS regconfig) AS plain
        FROM language, unnest(to_tsvector(CAST(language.id AS regconfig), question))
        GROUP BY language.id, lexeme
    ), term AS MATERIALIZED (
        SELECT CAST(number AS integer) - 1 AS number, lexeme, stemmed, plain,
               CAST('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''''
                    AS tsquery) AS query,
               (SELECT least(:chunks, holders * CAST(:chunks AS float8) / word_census.chunks)
                FROM common_word JOIN word_census USING (project_id)
                WHERE project_id = :project AND common_word.lexeme = chosen.lexeme) AS common
        FROM (SELECT lexeme, row_number() OVER (ORDER BY min(place), lexeme) AS number,
                     bool_or(NOT plain) AS stemmed, bool_or(plain) AS plain
              FROM word GROUP BY lexeme ORDER BY number LIMIT :lexemes) AS chosen
    ), sought AS MATERIALIZED (
        SELECT number, whole,
               CASE WHEN whole THEN ARRAY[lexeme_key(:project, lexeme)]
                    ELSE array_remove(ARRAY[lexeme_key(:project, lexeme),
                                            lexeme_key(:project, following)], NULL) END AS keys
        FROM (SELECT number, lexeme,
                     coalesce(sum(common) OVER rarest <= {budget}, true) AS whole,
                     row_number() OVER rarest AS rank, lead(lexeme) OVER rarest AS following
              FROM term
              WINDOW rarest AS (ORDER BY common NULLS FIRST, lexeme)) AS ordered
        WHERE whole OR rank = 1
    ), posting AS MATERIALIZED ({posting}
    ), weight AS MATERIALIZED (
        SELECT number, lexeme, query, stemmed, plain, coalesce(sought.whole, false) AS whole,
               ln(1 + (:chunks - df + 0.5) / (df + 0.5)) AS idf,
               ln(1 + (:chunks + :prior - df + 0.5) / (df + 0.5)) AS sway
        FROM term LEFT JOIN sought USING (number)
             LEFT JOIN (SELECT number, count(*) AS holders FROM posting GROUP BY number) AS held
             USING (number)
             CROSS JOIN LATERAL (
                 SELECT CAST(least(CASE WHEN whole THEN coalesce(holders, 0) ELSE common END,
                                   :chunks) AS float8) AS df
             ) AS frequency
    ), pool AS MATERIALIZED (
        SELECT place, sum(idf) AS rarity,
               bit_or(CASE WHEN whole THEN CAST(1 AS bigint) << number ELSE 0 END) AS held
        FROM posting JOIN weight USING (number)
        GROUP BY place ORDER BY rarity DESC, place LIMIT :pool
    ), candidate AS MATERIALIZED (
        SELECT id, document_id, ordinal, lexemes, token_count, held
        FROM pool JOIN chunk ON chunk.ctid = pool.place
    )
    SELECT id, document_id, ordinal,
           least(1, greatest(sum(sway ^ 2) FILTER (WHERE stemmed) / min(least_mass),
                             sum(sway ^ 2) FILTER (WHERE plain) / min(plain_mass))) AS coverage,
           sum(idf * tf * (:k1 + 1) / (tf + :k1 * (1 - :b + :b * token_count / usual))) AS score
    FROM candidate
         JOIN weight ON (held >> number) & 1 = 1 OR NOT whole AND lexemes @@ query
         CROSS JOIN (SELECT CAST(avg(token_count) AS float8) AS usual FROM candidate) AS length
         CROSS JOIN (
             SELECT min(mass) FILTER (WHERE NOT plain) AS least_mass,
                    min(mass) FILTER (WHERE plain) AS plain_mass
             FROM (SELECT word.plain, sum(sway ^ 2) AS mass
                   FROM word JOIN weight USING (lexeme) GROUP BY language, word.plain) AS spoken
         ) AS asked
         CROSS JOIN LATERAL (
             SELECT 10 * ts_rank('{{0.1, 0.1, 0.1, 0.1}}', lexemes, query) AS rank
             OFFSET 0  -- Computed once, not wherever it is named.
         ) AS ranked
         CROSS JOIN LATERAL (SELECT 0.645 * rank / (1 - rank) AS tf) AS counted
    GROUP BY id, document_id, ordinal
    ORDER BY score DESC, id
    LIMIT :limit
    """  # noqa: S608 - what is interpolated stands above
    )


LEXICAL = _lexical(_LOOKED_UP, budget=":postings")
"""BM25 over the project's own statistics, from the index of its words.

The index gives, word by word, who holds it: that is the document frequency and, summed as idf, a
first score without opening a single stored vector. Only the best of those are opened for how often
each word stands there, and weighed by length. `coverage` is the share of the question's weight
that the chunk holds, squared so that rare words decide; those that nobody holds weigh most. It is
the larger of the shares of the question as it reads with stems and without: a word without a
stemmer is several lexemes (`ingest.corpus.stems`), and must not count as several words of another
language's question.

Words that are known to be common are looked up from the rarest on, as long as all that hold them
are few enough; the others say nothing of whom to open, but count where they are found. Where even
the rarest is too common, those are looked up that hold the next one, too, and not all of them.
"""

LEXICAL_WITHIN = _lexical(_READ_THROUGH, budget=":chunks * :lexemes")
"""The same where the documents asked for are few: their chunks are read, each of them."""

FETCH = text(
    """
    SELECT chunk.id, chunk.document_id, chunk.ordinal, chunk.page_number, chunk.start, chunk."end",
           chunk.heading, chunk.text, chunk.token_count, chunk.gap,
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

PAGES = text(
    """
    SELECT wanted.place, array_agg(page.start ORDER BY page.number) AS page_starts,
           array_agg(page.number ORDER BY page.number) AS page_numbers
    FROM unnest(CAST(:documents AS uuid[]), CAST(:starts AS integer[]), CAST(:stops AS integer[]))
         WITH ORDINALITY AS wanted (document, start, stop, place)
         JOIN document ON document.id = wanted.document
         JOIN page ON page.document_id = wanted.document
                  AND page.start < wanted.stop AND page."end" > wanted.start
    WHERE document.project_id = :project
    GROUP BY wanted.place
    ORDER BY wanted.place
    """
)
"""The pages alone, for stretches whose text is there."""

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

UNCOUNTED_PROJECTS = text(
    """
    SELECT project_id AS id
    FROM (SELECT project_id, sum(chunk_count) AS chunks
          FROM document WHERE ready_version IS NOT NULL GROUP BY project_id) AS read
         LEFT JOIN word_census USING (project_id)
    WHERE read.chunks >= :rows
      AND (word_census.chunks IS NULL
           OR abs(read.chunks - word_census.chunks) > CAST(:drift AS float8) * word_census.chunks)
    ORDER BY project_id
    """
)

COUNT_WORDS = text(
    """
    WITH whole AS MATERIALIZED (
        SELECT CAST(:project AS uuid) AS project_id, count(*) AS chunks
        FROM chunk WHERE project_id = :project
    ), counted AS MATERIALIZED (
        SELECT word AS lexeme, ndoc AS holders
        FROM ts_stat(format('SELECT lexemes FROM chunk WHERE project_id = %L',
                            CAST(:project AS uuid)))
        WHERE ndoc >= :common
    ), census AS (
        INSERT INTO word_census (project_id, chunks)
        SELECT project_id, chunks FROM whole JOIN project ON project.id = project_id
        WHERE chunks > 0
        ON CONFLICT (project_id) DO UPDATE
        SET chunks = excluded.chunks, counted_at = clock_timestamp()
        RETURNING project_id
    ), rare AS (
        DELETE FROM common_word
        WHERE project_id = :project
          AND NOT EXISTS (SELECT FROM counted WHERE counted.lexeme = common_word.lexeme)
    )
    INSERT INTO common_word (project_id, lexeme, holders)
    SELECT project_id, lexeme, holders FROM census CROSS JOIN counted
    ON CONFLICT (project_id, lexeme) DO UPDATE SET holders = excluded.holders
    WHERE common_word.holders <> excluded.holders
    """
)
"""Which words of a project are common, and how many of its chunks hold each."""

FORGET_CENSUSES = text(
    """
    DELETE FROM word_census
    WHERE NOT EXISTS (SELECT FROM document
                      WHERE document.project_id = word_census.project_id
                        AND ready_version IS NOT NULL
                      GROUP BY project_id HAVING sum(chunk_count) >= :rows)
    """
)

CLAIM_CENSUS = text("SELECT pg_try_advisory_lock(hashtext('lumen.word-census')) AS mine")
RELEASE_CENSUS = text("SELECT pg_advisory_unlock(hashtext('lumen.word-census'))")

CLAIM_UPKEEP = text("SELECT pg_try_advisory_lock(hashtext('lumen.dense-indexes')) AS mine")
AWAIT_UPKEEP = text("SELECT true AS mine FROM pg_advisory_lock(hashtext('lumen.dense-indexes'))")
RELEASE_UPKEEP = text("SELECT pg_advisory_unlock(hashtext('lumen.dense-indexes'))")
"""Of the session: building an index takes no transaction that could hold the lock."""

INDEX_FAMILY = "chunk_dense_"
NEIGHBOURS = 24
BUILD_EFFORT = 200
"""HNSW's m and ef_construction. pgvector's 16 and 64 are built in a quarter of the time and find
0.92 of the ten nearest to a question that is foreign to the project, where 24 and 128 find 0.98;
decision 16 has the figures of these."""


def index_prefix(project_id: UUID) -> str:
    """What the names of a project's approximate indexes begin with."""
    return f"{INDEX_FAMILY}{project_id.hex}_"


def index_name(project_id: UUID, embedder: str) -> str:
    """The name of a project's approximate index in one embedder's space, built as it is now."""
    kind = f"{embedder} {NEIGHBOURS} {BUILD_EFFORT}"
    return f"{index_prefix(project_id)}{crc32(kind.encode()):08x}"


def create_index(project_id: UUID, embedder: str, dimensions: int) -> str:
    """The statement that builds it, without blocking those who write chunks."""
    return (
        sql.SQL(
            "CREATE INDEX CONCURRENTLY {name} ON chunk_vector USING hnsw "
            "((embedding::halfvec({dimensions})) halfvec_cosine_ops) "
            "WITH (m = {neighbours}, ef_construction = {effort}) "
            "WHERE project_id = {project} AND embedder = {embedder}"
        )
        .format(
            name=sql.Identifier(index_name(project_id, embedder)),
            dimensions=sql.Literal(dimensions),
            neighbours=sql.Literal(NEIGHBOURS),
            effort=sql.Literal(BUILD_EFFORT),
            project=sql.Literal(str(project_id)),
            embedder=sql.Literal(embedder),
        )
        .as_string()
    )


def drop_index(name: str) -> str:
    """The statement that drops one; it waits for no reader."""
    return sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name)).as_string()
