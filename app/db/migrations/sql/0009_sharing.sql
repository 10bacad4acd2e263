-- Conversations shown to people without an account: asked for, decided on, opened by a link.

CREATE TABLE share_request (
    id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    requested_by uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'approved', 'rejected')),
    reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 1000),
    decided_by uuid REFERENCES user_account (id) ON DELETE SET NULL,
    decided_at timestamptz,
    created_at timestamptz NOT NULL,
    CHECK ((status = 'pending') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX share_request_one_pending ON share_request (conversation_id)
    WHERE status = 'pending';
CREATE INDEX share_request_conversation ON share_request (conversation_id);
CREATE INDEX share_request_person ON share_request (requested_by, id DESC);
CREATE INDEX share_request_status ON share_request (status, id DESC);

CREATE TABLE share_link (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL UNIQUE REFERENCES share_request (id) ON DELETE CASCADE,
    project_id uuid NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    -- Who asked for it: the link opens what they may open, and nothing once they may not.
    owner_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    token_hash text NOT NULL UNIQUE,
    expires_at timestamptz,
    allow_follow_ups boolean NOT NULL DEFAULT false,
    max_follow_ups integer NOT NULL DEFAULT 0 CHECK (max_follow_ups >= 0),
    follow_ups integer NOT NULL DEFAULT 0 CHECK (follow_ups BETWEEN 0 AND max_follow_ups),
    revoked_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX share_link_owner ON share_link (owner_id, id DESC);
CREATE INDEX share_link_project ON share_link (project_id);

-- A link has a conversation of its own: what was shared, as it stood, and what its guests ask on.
ALTER TABLE conversation
    ADD COLUMN share_id uuid REFERENCES share_link (id) ON DELETE CASCADE,
    DROP CONSTRAINT conversation_one_owner,
    ADD CONSTRAINT conversation_one_owner
        CHECK (num_nonnulls(user_id, integration_id, share_id) = 1);
CREATE UNIQUE INDEX conversation_share ON conversation (share_id) WHERE share_id IS NOT NULL;

-- Guests have no account under which an idempotency record could stand.
CREATE TABLE share_question (
    share_id uuid NOT NULL REFERENCES share_link (id) ON DELETE CASCADE,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
    body_hash text NOT NULL,
    question_id uuid NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    PRIMARY KEY (share_id, key)
);

CREATE TRIGGER share_link_access
    AFTER UPDATE OF revoked_at, expires_at OR DELETE ON share_link
    FOR EACH ROW EXECUTE FUNCTION say_access_changed('project', 'project_id');
