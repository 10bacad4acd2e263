-- What was done by whom, what was used, what is remembered; word of lost access to open streams.

CREATE TABLE audit_entry (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    action text NOT NULL,
    target_type text NOT NULL DEFAULT '',
    target_id uuid,
    target_name text NOT NULL DEFAULT '',
    project_id uuid,
    before jsonb,
    after jsonb,
    address text NOT NULL DEFAULT '',
    request_id text NOT NULL DEFAULT '',
    once text
);
-- No foreign keys: an entry outlives whom and what it names.
CREATE INDEX audit_entry_at ON audit_entry (at DESC, id DESC);
CREATE INDEX audit_entry_actor ON audit_entry (actor_id, at DESC, id DESC);
CREATE INDEX audit_entry_action ON audit_entry (action text_pattern_ops, at DESC, id DESC);
CREATE UNIQUE INDEX audit_entry_once ON audit_entry (once);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log is written once and never changed.';
END
$$;
CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entry_stays_whole BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One row an answer; it stays when the conversation goes.
CREATE TABLE usage_record (
    message_id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    project_id uuid NOT NULL,
    model text NOT NULL,
    prompt_tokens integer NOT NULL,
    completion_tokens integer NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX usage_record_at ON usage_record (at);

INSERT INTO usage_record
SELECT message.id, conversation.user_id, conversation.project_id, coalesce(message.model, ''),
       coalesce(message.prompt_tokens, 0), coalesce(message.completion_tokens, 0), message.created_at
FROM message JOIN conversation ON conversation.id = message.conversation_id
WHERE message.role = 'assistant' AND message.status <> 'streaming';

CREATE FUNCTION record_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO usage_record
    SELECT NEW.id, conversation.user_id, conversation.project_id, coalesce(NEW.model, ''),
           coalesce(NEW.prompt_tokens, 0), coalesce(NEW.completion_tokens, 0), clock_timestamp()
    FROM conversation WHERE conversation.id = NEW.conversation_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
-- An answer is closed by its process or by the one that buries it: here both are seen.
CREATE TRIGGER message_closed AFTER UPDATE OF status ON message FOR EACH ROW
    WHEN (OLD.status = 'streaming' AND NEW.status <> 'streaming')
    EXECUTE FUNCTION record_usage();

CREATE TABLE memory (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 500),
    created_by uuid REFERENCES user_account (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX memory_project ON memory (project_id, id);

-- Whatever takes access away says so to every process, by whatever path it comes: `user <id>` or
-- `project <id>`, at commit. Listeners look again and decide for themselves.
CREATE FUNCTION say_access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone jsonb := to_jsonb(OLD);
BEGIN
    PERFORM pg_notify('lumen_access', TG_ARGV[0] || ' ' || (gone ->> TG_ARGV[1]));
    RETURN NULL;
END
$$;
CREATE TRIGGER user_account_access
    AFTER UPDATE OF platform_role, org_position, department_id, is_active ON user_account
    FOR EACH ROW EXECUTE FUNCTION say_access_changed('user', 'id');
CREATE TRIGGER user_account_gone AFTER DELETE ON user_account
    FOR EACH ROW EXECUTE FUNCTION say_access_changed('user', 'id');
CREATE TRIGGER auth_session_access AFTER UPDATE OF revoked_at OR DELETE ON auth_session
    FOR EACH ROW EXECUTE FUNCTION say_access_changed('user', 'user_id');
CREATE TRIGGER personal_access_token_access AFTER DELETE ON personal_access_token
    FOR EACH ROW EXECUTE FUNCTION say_access_changed('user', 'user_id');
CREATE TRIGGER group_member_access AFTER DELETE ON group_member
    FOR EACH ROW EXECUTE FUNCTION say_access_changed('user', 'user_id');
CREATE TRIGGER project_access AFTER UPDATE OF owner_id, is_private ON project
    FOR EACH ROW EXECUTE FUNCTION say_access_changed('project', 'id');
CREATE TRIGGER project_gone AFTER DELETE ON project
    FOR EACH ROW EXECUTE FUNCTION say_access_changed('project', 'id');
CREATE TRIGGER project_grant_access AFTER UPDATE OR DELETE ON project_grant
    FOR EACH ROW EXECUTE FUNCTION say_access_changed('project', 'project_id');
