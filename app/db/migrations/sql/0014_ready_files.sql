-- The bytes of the version that answers stay until a newer one is read.

ALTER TABLE document ADD COLUMN ready_blob_key text, ADD COLUMN ready_mime_type text;
-- Where a newer version waits or has failed, the bytes of the one that answers are gone already.
UPDATE document SET ready_blob_key = blob_key, ready_mime_type = mime_type
WHERE ready_version = version;
ALTER TABLE document ADD CHECK ((ready_blob_key IS NULL) = (ready_mime_type IS NULL));

-- A file of a name that is here already is a new version.
CREATE INDEX document_name ON document (project_id, lower(name));
