-- Idempotency keys of everybody who may ask: people, customers of integrations, guests of a link.

ALTER TABLE idempotency_record
    DROP CONSTRAINT idempotency_record_pkey,
    ALTER COLUMN user_id DROP NOT NULL,
    ADD COLUMN integration_id uuid REFERENCES integration (id) ON DELETE CASCADE,
    ADD COLUMN share_id uuid REFERENCES share_link (id) ON DELETE CASCADE,
    -- Which of the integration's customers; empty where it named none, and for everybody else.
    ADD COLUMN customer_key text NOT NULL DEFAULT '' CHECK (length(customer_key) <= 128),
    ADD COLUMN asker_id uuid NOT NULL
        GENERATED ALWAYS AS (coalesce(user_id, integration_id, share_id)) STORED;
ALTER TABLE idempotency_record
    ADD CONSTRAINT idempotency_record_pkey PRIMARY KEY (asker_id, customer_key, key),
    ADD CONSTRAINT idempotency_record_one_asker
        CHECK (num_nonnulls(user_id, integration_id, share_id) = 1),
    ADD CONSTRAINT idempotency_record_customer
        CHECK (integration_id IS NOT NULL OR customer_key = '');

-- Guests had a table of their own; what they repeat now is the answer, and not the question.
INSERT INTO idempotency_record (share_id, key, body_hash, result, created_at)
SELECT asked.share_id, asked.key, asked.body_hash,
       jsonb_build_object('messageId', answer.id), question.created_at
FROM share_question AS asked
     JOIN message AS question ON question.id = asked.question_id
     JOIN LATERAL (
         SELECT id FROM message WHERE reply_to = question.id ORDER BY id DESC LIMIT 1
     ) AS answer ON true;
DROP TABLE share_question;
