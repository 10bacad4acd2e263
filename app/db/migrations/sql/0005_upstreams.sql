-- Providers with presets, prices, limits and a memory of how they fared.

ALTER TABLE provider
    ADD COLUMN preset text NOT NULL DEFAULT 'other',
    ADD COLUMN max_concurrent integer CHECK (max_concurrent >= 1),
    -- {"model": {"prompt": dollars, "completion": dollars}}, per million tokens.
    ADD COLUMN prices jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(prices) = 'object');

-- How an endpoint fares, seen by every process: the circuit breaker's state.
CREATE TABLE provider_health (
    provider_id uuid PRIMARY KEY REFERENCES provider (id) ON DELETE CASCADE,
    failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    open_until timestamptz,
    paused_until timestamptz,
    last_error_code text,
    last_error_detail text,
    last_error_at timestamptz,
    last_success_at timestamptz
);

-- Who answers when the chosen model does not, in this order.
CREATE TABLE fallback (
    position integer PRIMARY KEY CHECK (position >= 1),
    provider_id uuid NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    model text NOT NULL,
    UNIQUE (provider_id, model)
);

-- An open run stands in its provider's queue by its ticket; the first `max_concurrent` may speak.
-- The lease that ends a dead process's run ends its place in the queue.
CREATE SEQUENCE run_ticket AS bigint;
ALTER TABLE run
    ADD COLUMN provider_id uuid REFERENCES provider (id) ON DELETE SET NULL,
    ADD COLUMN ticket bigint;
CREATE INDEX run_queue ON run (provider_id, ticket) WHERE closed_at IS NULL AND provider_id IS NOT NULL;

ALTER TABLE message ADD COLUMN searches integer NOT NULL DEFAULT 0 CHECK (searches >= 0);
ALTER TABLE usage_record
    -- Dollars by the price that stood when the answer ended; null where none was known.
    ADD COLUMN cost double precision CHECK (cost >= 0),
    ADD COLUMN searches integer NOT NULL DEFAULT 0;

CREATE OR REPLACE FUNCTION record_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO usage_record (message_id, user_id, project_id, model, prompt_tokens,
                              completion_tokens, at, cost, searches)
    SELECT NEW.id, conversation.user_id, conversation.project_id, coalesce(NEW.model, ''),
           coalesce(NEW.prompt_tokens, 0), coalesce(NEW.completion_tokens, 0), clock_timestamp(),
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
