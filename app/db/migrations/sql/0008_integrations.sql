-- Chat of other sites and back ends, by a token; the conversations of their customers.

CREATE TABLE integration (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    kind text NOT NULL CHECK (kind IN ('widget', 'api')),
    token_hash text NOT NULL UNIQUE,
    token_last4 text NOT NULL,
    -- Counts the tokens: what stands on an earlier one has fallen.
    generation integer NOT NULL DEFAULT 1 CHECK (generation >= 1),
    allowed_domains jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(allowed_domains) = 'array'),
    rate_limit_per_minute integer NOT NULL CHECK (rate_limit_per_minute >= 1),
    customer_limit_per_minute integer NOT NULL CHECK (customer_limit_per_minute >= 1),
    -- Questions in a day of UTC; null for no limit.
    daily_budget integer CHECK (daily_budget >= 1),
    -- When people take over.
    escalation jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(escalation) = 'object'),
    is_enabled boolean NOT NULL DEFAULT true,
    created_by uuid REFERENCES user_account (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX integration_project ON integration (project_id, id);

CREATE TABLE integration_day (
    integration_id uuid NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    day date NOT NULL,
    questions integer NOT NULL CHECK (questions >= 0),
    PRIMARY KEY (integration_id, day)
);

-- Limits that hold over all processes: one row a counter, the moment at which it is spent.
CREATE TABLE rate_bucket (
    key text PRIMARY KEY,
    spent_until timestamptz NOT NULL
);
CREATE INDEX rate_bucket_spent_until ON rate_bucket (spent_until);

-- A conversation is a person's, or a customer's of an integration.
ALTER TABLE conversation
    ALTER COLUMN user_id DROP NOT NULL,
    ADD COLUMN integration_id uuid REFERENCES integration (id) ON DELETE CASCADE,
    ADD COLUMN customer_key text CHECK (length(customer_key) BETWEEN 1 AND 128),
    ADD COLUMN status text NOT NULL DEFAULT 'active'
        CHECK (status IN ('active', 'escalated', 'resolved')),
    -- Which front end began it; lists of people's conversations show those of `app`.
    ADD COLUMN channel text NOT NULL DEFAULT 'app' CHECK (length(channel) BETWEEN 1 AND 32),
    ADD CONSTRAINT conversation_one_owner CHECK (num_nonnulls(user_id, integration_id) = 1),
    ADD CONSTRAINT conversation_customer CHECK ((integration_id IS NULL) = (customer_key IS NULL));
CREATE UNIQUE INDEX conversation_customer ON conversation (integration_id, customer_key)
    WHERE integration_id IS NOT NULL;

-- An operator's word is shown to the customer; a note never is.
ALTER TABLE message
    DROP CONSTRAINT message_role_check,
    ADD CONSTRAINT message_role_check CHECK (role IN ('user', 'assistant', 'operator', 'note')),
    ADD COLUMN author_id uuid REFERENCES user_account (id) ON DELETE SET NULL;

ALTER TABLE usage_record
    ALTER COLUMN user_id DROP NOT NULL,
    ADD COLUMN integration_id uuid;

CREATE OR REPLACE FUNCTION record_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO usage_record (message_id, user_id, integration_id, project_id, model,
                              prompt_tokens, completion_tokens, at, cost, searches)
    SELECT NEW.id, conversation.user_id, conversation.integration_id, conversation.project_id,
           coalesce(NEW.model, ''), coalesce(NEW.prompt_tokens, 0),
           coalesce(NEW.completion_tokens, 0), clock_timestamp(),
           (coalesce(NEW.prompt_tokens, 0) * CAST(price ->> 'prompt' AS double precision)
            + coalesce(NEW.completion_tokens, 0) * CAST(price ->> 'completion' AS double precision))
           / 1e6,
           NEW.searches
    FROM conversation
         LEFT JOIN LATERAL (
             SELECT prices -> substr(NEW.model, length(slug) + 2) AS price
             FROM provider WHERE slug = split_part(NEW.model, '/', 1)
         ) AS priced ON true
    WHERE conversation.id = NEW.conversation_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER integration_access
    AFTER UPDATE OF is_enabled, generation OR DELETE ON integration
    FOR EACH ROW EXECUTE FUNCTION say_access_changed('project', 'project_id');
