-- Why an answer was written from its passages: what the search went by, without the text of any
-- document. Answers from before have none.
CREATE TABLE answer_trace (
    message_id uuid PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    data jsonb NOT NULL
);
