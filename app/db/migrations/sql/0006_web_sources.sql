-- A source is a passage of a document or a page of the web: the latter has an address in place of
-- a document.

ALTER TABLE message_source
    ALTER COLUMN document_id DROP NOT NULL,
    ALTER COLUMN document_version DROP NOT NULL,
    ADD CHECK ((document_id IS NULL) = (url IS NOT NULL)),
    ADD CHECK ((document_id IS NULL) = (document_version IS NULL));
