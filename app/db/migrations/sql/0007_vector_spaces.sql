-- Vectors of several embedding models side by side.

-- One row an embedding model whose vectors are stored. Searches go by the active one; the next one
-- is filled beside it and takes its place when no chunk lacks a vector of it.
CREATE TABLE vector_space (
    name text PRIMARY KEY,
    -- How the model is reached: {"kind": "local" | "openai" | "tei" | "given", …}.
    spec jsonb NOT NULL CHECK (jsonb_typeof(spec) = 'object'),
    dimensions integer NOT NULL CHECK (dimensions >= 1),
    state text NOT NULL CHECK (state IN ('active', 'filling', 'retired')),
    error text,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX vector_space_active ON vector_space (state) WHERE state = 'active';
CREATE UNIQUE INDEX vector_space_filling ON vector_space (state) WHERE state = 'filling';

CREATE TABLE chunk_vector (
    chunk_id uuid NOT NULL REFERENCES chunk (id) ON DELETE CASCADE,
    embedder text NOT NULL,
    -- As in the chunk, which never changes them: an exact scan reads this table alone.
    project_id uuid NOT NULL,
    document_id uuid NOT NULL,
    ordinal integer NOT NULL,
    embedding halfvec NOT NULL,
    PRIMARY KEY (chunk_id, embedder)
);
-- Vectors are short and read by every exact search: keep them in the row, uncompressed.
ALTER TABLE chunk_vector ALTER COLUMN embedding SET STORAGE PLAIN;

INSERT INTO chunk_vector (chunk_id, embedder, project_id, document_id, ordinal, embedding)
SELECT id, embedder, project_id, document_id, ordinal, embedding
FROM chunk
ORDER BY project_id, document_id, ordinal;

-- Small projects are scanned exactly through this one; a large project gets an approximate index
-- of its own (runbooks/decisions/0002-dense-index-per-large-project.md).
CREATE INDEX chunk_vector_project ON chunk_vector (project_id, embedder);

-- The space that most chunks are in was the one in use. A local model's name is its folder's or the
-- one in the cache, with a hash of its files.
INSERT INTO vector_space (name, spec, dimensions, state)
SELECT embedder,
       jsonb_build_object('kind', 'local', 'model', nullif(split_part(embedder, '@', 1), 'all-MiniLM-L6-v2')),
       min(vector_dims(embedding)), 'active'
FROM chunk_vector
GROUP BY embedder
ORDER BY count(*) DESC, embedder
LIMIT 1;

-- Takes the approximate indexes with it: the worker builds them anew over the new table.
ALTER TABLE chunk DROP COLUMN embedding, DROP COLUMN embedder;
