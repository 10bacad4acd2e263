-- Where the words of a page stand, so that a passage is marked without opening its file again.
-- A table of its own: pages are read for their text far more often than for this.

CREATE TABLE page_words (
    document_id uuid NOT NULL,
    number integer NOT NULL,
    boxes bytea NOT NULL,
    PRIMARY KEY (document_id, number),
    FOREIGN KEY (document_id, number) REFERENCES page (document_id, number) ON DELETE CASCADE
);
-- Packed already: to try again would only take time.
ALTER TABLE page_words ALTER COLUMN boxes SET STORAGE EXTERNAL;
