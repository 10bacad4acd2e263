-- Attachments: documents that came with another one, such as a mail.

ALTER TABLE document
    -- Deleting the parent deletes these too; the code does it, since their bytes have to go as well.
    ADD COLUMN parent_id uuid REFERENCES document (id) ON DELETE SET NULL,
    ADD COLUMN attachment_count integer NOT NULL DEFAULT 0 CHECK (attachment_count >= 0),
    ADD CONSTRAINT document_own_parent CHECK (parent_id <> id);
CREATE INDEX document_parent ON document (parent_id) WHERE parent_id IS NOT NULL;

-- What a document holds, in its order: each became a document, was one already, was left out
-- (then with the reason), or was deleted since (then with neither).
CREATE TABLE attachment (
    parent_id uuid NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    ordinal integer NOT NULL CHECK (ordinal >= 1),
    name text NOT NULL,
    size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
    sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    document_id uuid REFERENCES document (id) ON DELETE SET NULL,
    error_code text,
    error_message text,
    PRIMARY KEY (parent_id, ordinal),
    CHECK ((error_code IS NULL) = (error_message IS NULL)),
    CHECK (document_id IS NULL OR error_code IS NULL)
);
CREATE INDEX attachment_document ON attachment (document_id) WHERE document_id IS NOT NULL;
