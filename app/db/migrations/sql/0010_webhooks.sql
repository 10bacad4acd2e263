-- People in the loop: what waits for them, when a conversation becomes theirs, and word of it to
-- other systems. Triggers tell, so that no path to a change can forget to.

ALTER TABLE conversation
    -- Since when the status holds, and why: `request`, `unanswered`, `operator`, `customer`.
    ADD COLUMN status_at timestamptz,
    ADD COLUMN status_reason text CHECK (length(status_reason) BETWEEN 1 AND 32);
CREATE INDEX conversation_inbox ON conversation (project_id, updated_at DESC, id DESC)
    WHERE integration_id IS NOT NULL;

-- Up to where people have read; one mark for all of them.
CREATE TABLE inbox_read (
    conversation_id uuid PRIMARY KEY REFERENCES conversation (id) ON DELETE CASCADE,
    message_id uuid NOT NULL,
    user_id uuid REFERENCES user_account (id) ON DELETE SET NULL,
    read_at timestamptz NOT NULL
);

CREATE TABLE webhook (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
    events jsonb NOT NULL CHECK (jsonb_typeof(events) = 'array'),
    -- Sealed for this row; it is shown once.
    secret bytea NOT NULL,
    secret_last4 text NOT NULL,
    is_enabled boolean NOT NULL DEFAULT true,
    -- Why the server itself switched it off.
    disabled_reason text,
    created_by uuid REFERENCES user_account (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX webhook_project ON webhook (project_id, id);

CREATE TABLE webhook_delivery (
    id uuid PRIMARY KEY,
    webhook_id uuid NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    event text NOT NULL,
    -- The very bytes that are signed and sent, each time.
    body text NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- Tries of this round; a replay begins a new one.
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    due_at timestamptz,
    attempted_at timestamptz,
    response_status integer,
    response text,
    last_error text,
    created_at timestamptz NOT NULL,
    CONSTRAINT webhook_delivery_due CHECK ((status = 'pending') = (due_at IS NOT NULL))
);
CREATE INDEX webhook_delivery_webhook ON webhook_delivery (webhook_id, created_at DESC, id DESC);
CREATE INDEX webhook_delivery_due ON webhook_delivery (due_at) WHERE status = 'pending';
CREATE INDEX webhook_delivery_old ON webhook_delivery (created_at);

-- Version 7, which older servers do not make by themselves.
CREATE FUNCTION time_ordered_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT CAST(encode(set_bit(set_bit(overlay(
        uuid_send(gen_random_uuid()) PLACING
        substring(int8send(CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS bigint))
                  FROM 3)
        FROM 1 FOR 6), 52, 1), 53, 1), 'hex') AS uuid)
$$;

CREATE FUNCTION wire_time(moment timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- The outbox: a delivery and its job for everyone who wants to hear of this, in the transaction
-- that made it so. A webhook that is being deleted is passed over, so that nobody waits for that.
CREATE FUNCTION tell_webhooks(told text, project uuid, data json) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    hook uuid;
    delivery uuid;
    said text;
BEGIN
    FOR hook IN
        SELECT id FROM webhook
        WHERE project_id = project AND is_enabled AND jsonb_exists(events, told)
        ORDER BY id FOR KEY SHARE SKIP LOCKED
    LOOP
        said := coalesce(said, CAST(json_build_object(
            'id', time_ordered_id(), 'event', told, 'createdAt', wire_time(clock_timestamp()),
            'projectId', project, 'data', data) AS text));
        delivery := time_ordered_id();
        INSERT INTO webhook_delivery (id, webhook_id, event, body, due_at, created_at)
        VALUES (delivery, hook, told, said, clock_timestamp(), clock_timestamp());
        PERFORM procrastinate_defer_jobs_v1(ARRAY[CAST(ROW(
            'webhooks', 'send_webhook', 0, NULL, NULL,
            jsonb_build_object('delivery_id', delivery), NULL) AS procrastinate_job_to_defer_v1)]);
    END LOOP;
END
$$;

CREATE FUNCTION document_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tell_webhooks('document.' || NEW.status, NEW.project_id, json_build_object(
        'documentId', NEW.id, 'name', NEW.name, 'version', NEW.version, 'status', NEW.status,
        'error', CASE WHEN NEW.status = 'failed' THEN
            json_build_object('code', NEW.error_code, 'message', NEW.error_message) END));
    RETURN NULL;
END
$$;
CREATE TRIGGER document_told AFTER UPDATE OF status ON document FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.status IN ('ready', 'failed'))
    EXECUTE FUNCTION document_told();

-- The key by which a back end knows its customer. A browser's key opens the conversation to whoever
-- holds it: that one stays here.
CREATE FUNCTION telling_key(talk conversation) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT talk.customer_key FROM integration WHERE id = talk.integration_id AND kind = 'api'
$$;

-- Only customers' conversations: people's own are nobody else's, and notes never leave.
CREATE FUNCTION message_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    talk conversation;
BEGIN
    SELECT * INTO talk FROM conversation
    WHERE id = NEW.conversation_id AND integration_id IS NOT NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM pg_notify('lumen_inbox', talk.project_id || ' ' || talk.id);
    IF NEW.role <> 'note' AND NEW.status IN ('complete', 'stopped') AND NEW.content <> '' THEN
        PERFORM tell_webhooks('message.created', talk.project_id, json_build_object(
            'messageId', NEW.id, 'conversationId', talk.id, 'integrationId', talk.integration_id,
            'customerKey', telling_key(talk), 'role', NEW.role, 'body', NEW.content,
            'createdAt', wire_time(NEW.created_at)));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER message_told AFTER INSERT ON message FOR EACH ROW
    EXECUTE FUNCTION message_told();
CREATE TRIGGER message_told_whole AFTER UPDATE OF status ON message FOR EACH ROW
    WHEN (OLD.status = 'streaming' AND NEW.status <> 'streaming')
    EXECUTE FUNCTION message_told();

-- Answers that found nothing, one after the other, hand the conversation to people. The row is
-- passed over while somebody holds it: the one who closes answers must never wait for a customer
-- who waits for that answer to be closed. The next question looks once more.
CREATE FUNCTION escalate_unanswered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    talk conversation;
    many integer;
    found_nothing integer;
BEGIN
    SELECT * INTO talk FROM conversation
    WHERE id = NEW.conversation_id AND integration_id IS NOT NULL AND status = 'active'
    FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT CASE WHEN jsonb_typeof(escalation -> 'afterUnanswered') = 'number'
                THEN CAST(escalation ->> 'afterUnanswered' AS integer) ELSE 2 END
    INTO many FROM integration WHERE id = talk.integration_id;
    SELECT count(*) FILTER (WHERE citations = '[]') INTO found_nothing FROM (
        SELECT citations FROM message
        WHERE conversation_id = talk.id AND role = 'assistant' AND status = 'complete'
              AND created_at > coalesce(talk.status_at, '-infinity')
        ORDER BY id DESC LIMIT greatest(many, 0)
    ) AS latest;
    IF many > 0 AND found_nothing >= many THEN
        UPDATE conversation SET status = 'escalated', status_reason = 'unanswered'
        WHERE id = talk.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER message_unanswered AFTER UPDATE OF status ON message FOR EACH ROW
    WHEN (OLD.status = 'streaming' AND NEW.status = 'complete' AND NEW.citations = '[]')
    EXECUTE FUNCTION escalate_unanswered();

CREATE FUNCTION conversation_status_since() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.status_at := clock_timestamp();
    RETURN NEW;
END
$$;
CREATE TRIGGER conversation_status_since BEFORE UPDATE OF status ON conversation FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION conversation_status_since();

CREATE FUNCTION conversation_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('lumen_inbox', NEW.project_id || ' ' || NEW.id);
    IF NEW.status = 'escalated' THEN
        PERFORM tell_webhooks('conversation.escalated', NEW.project_id, json_build_object(
            'conversationId', NEW.id, 'integrationId', NEW.integration_id,
            'customerKey', telling_key(NEW), 'reason', NEW.status_reason));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER conversation_told AFTER UPDATE OF status ON conversation FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.integration_id IS NOT NULL)
    EXECUTE FUNCTION conversation_told();

CREATE FUNCTION conversation_read() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('lumen_inbox', project_id || ' ' || id) FROM conversation
    WHERE id = NEW.conversation_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER inbox_read_said AFTER INSERT OR UPDATE ON inbox_read FOR EACH ROW
    EXECUTE FUNCTION conversation_read();
