-- A new version of a document moves the chunks that it keeps to their new places, all at once.

-- Looked at when the statement ends: on the way, two chunks may stand at one place.
ALTER TABLE chunk DROP CONSTRAINT chunk_document_id_ordinal_key;
ALTER TABLE chunk ADD CONSTRAINT chunk_document_id_ordinal_key
    UNIQUE (document_id, ordinal) DEFERRABLE INITIALLY IMMEDIATE;
