-- What stands between a chunk and the next one of its document, so that neighbours are joined
-- without opening whole pages; a text file is a single one. Null where it is not known: chunks of
-- earlier versions are joined from their pages until they are read again.
ALTER TABLE chunk ADD COLUMN gap text;
