-- Words are looked up within their project, and common ones are known beforehand
-- (runbooks/decisions/0015-words-are-found-in-their-project.md).

-- A word of a project as one number. Two words of a project that share a number (one in 2^64) cost
-- a candidate that is weighed and found to hold nothing.
CREATE FUNCTION lexeme_key(project uuid, lexeme text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN hashtextextended(lexeme, uuid_hash_extended(project, 0));

-- For the index alone: its cost keeps the planner from working it out row by row.
CREATE FUNCTION lexeme_keys(project uuid, lexemes tsvector) RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100000
RETURN ARRAY(SELECT hashtextextended(word, uuid_hash_extended(project, 0))
             FROM unnest(tsvector_to_array(lexemes)) AS word);

-- Who holds a word in a project: the others' chunks are not even looked at.
CREATE INDEX chunk_words ON chunk USING gin (lexeme_keys(project_id, lexemes))
    WITH (fastupdate = off);
DROP INDEX chunk_lexemes;

-- Which words are common in large projects; counted by the worker now and then.
CREATE TABLE word_census (
    project_id uuid PRIMARY KEY REFERENCES project (id) ON DELETE CASCADE,
    chunks integer NOT NULL CHECK (chunks >= 1),
    counted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE common_word (
    project_id uuid NOT NULL REFERENCES word_census (project_id) ON DELETE CASCADE,
    lexeme text NOT NULL,
    holders integer NOT NULL CHECK (holders >= 1),
    PRIMARY KEY (project_id, lexeme)
);

-- What a search may read, summed from the index alone.
CREATE INDEX document_searched ON document (project_id, language) INCLUDE (chunk_count)
    WHERE ready_version IS NOT NULL;
