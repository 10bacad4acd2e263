-- People, corpus, conversations, providers: the first schema.

CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE user_account (
    id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE CHECK (email = lower(email)),
    name text NOT NULL,
    password_hash text NOT NULL,
    platform_role text NOT NULL DEFAULT 'none'
        CHECK (platform_role IN ('superadmin', 'admin', 'engineer', 'none')),
    org_position text NOT NULL DEFAULT 'member'
        CHECK (org_position IN ('ceo', 'manager', 'member')),
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
-- One superadmin, one chief executive: the database says so, whoever races.
CREATE UNIQUE INDEX user_account_one_superadmin ON user_account ((true)) WHERE platform_role = 'superadmin';
CREATE UNIQUE INDEX user_account_one_ceo ON user_account ((true)) WHERE org_position = 'ceo';

CREATE TABLE refresh_token (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    family_id uuid NOT NULL,
    token_hash text NOT NULL UNIQUE,
    expires_at timestamptz NOT NULL,
    spent_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX refresh_token_family ON refresh_token (family_id);
CREATE INDEX refresh_token_user ON refresh_token (user_id);

CREATE TABLE personal_access_token (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    name text NOT NULL,
    token_hash text NOT NULL UNIQUE,
    last4 text NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX personal_access_token_user ON personal_access_token (user_id);

-- Failed sign-ins, by account and by address: what throttles the next one.
CREATE TABLE sign_in_failure (
    bucket text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX sign_in_failure_bucket ON sign_in_failure (bucket, at);

CREATE TABLE provider (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    type text NOT NULL CHECK (type IN ('openai', 'extractive')),
    base_url text NOT NULL DEFAULT '',
    api_key bytea,
    key_last4 text NOT NULL DEFAULT '',
    models jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(models) = 'array'),
    is_default boolean NOT NULL DEFAULT false,
    is_enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX provider_one_default ON provider ((true)) WHERE is_default;

CREATE TABLE project (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    color text NOT NULL,
    is_private boolean NOT NULL DEFAULT true,
    owner_id uuid NOT NULL REFERENCES user_account (id),
    instructions text NOT NULL DEFAULT '',
    settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX project_owner ON project (owner_id);

CREATE TABLE document (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name text NOT NULL,
    mime_type text NOT NULL,
    size_bytes bigint NOT NULL CHECK (size_bytes > 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    blob_key text NOT NULL,
    version integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    ready_version integer CHECK (ready_version BETWEEN 1 AND version),
    status text NOT NULL DEFAULT 'queued'
        CHECK (status IN ('queued', 'parsing', 'embedding', 'ready', 'failed')),
    progress real NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
    page_count integer,
    chunk_count integer,
    paged boolean NOT NULL DEFAULT false,
    language text NOT NULL DEFAULT 'simple',
    error_code text,
    error_message text,
    lease uuid,
    lease_until timestamptz,
    deaths integer NOT NULL DEFAULT 0,
    uploaded_by uuid REFERENCES user_account (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((status = 'failed') = (error_code IS NOT NULL)),
    UNIQUE (project_id, sha256)
);
CREATE INDEX document_project ON document (project_id, created_at DESC, id DESC);
CREATE INDEX document_unfinished ON document (status) WHERE status IN ('queued', 'parsing', 'embedding');

CREATE TABLE page (
    document_id uuid NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    number integer NOT NULL CHECK (number >= 1),
    start integer NOT NULL CHECK (start >= 0),
    "end" integer NOT NULL,
    label text,
    text text NOT NULL,
    PRIMARY KEY (document_id, number),
    CHECK ("end" >= start)
);

CREATE TABLE chunk (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    document_id uuid NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    ordinal integer NOT NULL CHECK (ordinal >= 0),
    page_number integer NOT NULL CHECK (page_number >= 1),
    start integer NOT NULL CHECK (start >= 0),
    "end" integer NOT NULL,
    heading text NOT NULL DEFAULT '',
    text text NOT NULL,
    token_count integer NOT NULL,
    embedder text NOT NULL,
    embedding halfvec NOT NULL,
    lexemes tsvector NOT NULL,
    CHECK ("end" > start),
    UNIQUE (document_id, ordinal)
);
-- Small projects are scanned exactly through this one; a large project gets an approximate index
-- of its own (runbooks/decisions/0002-dense-index-per-large-project.md).
CREATE INDEX chunk_project ON chunk (project_id);
CREATE INDEX chunk_lexemes ON chunk USING gin (lexemes) WITH (fastupdate = off);
-- Vectors are short and read by every exact search: keep them in the row, uncompressed.
ALTER TABLE chunk ALTER COLUMN embedding SET STORAGE PLAIN;

CREATE TABLE conversation (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    title text NOT NULL DEFAULT '',
    is_pinned boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX conversation_user ON conversation (user_id, updated_at DESC, id DESC);
CREATE INDEX conversation_project ON conversation (project_id);

CREATE TABLE message (
    id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('user', 'assistant')),
    content text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'complete'
        CHECK (status IN ('streaming', 'complete', 'stopped', 'failed')),
    reply_to uuid REFERENCES message (id) ON DELETE CASCADE,
    mode text NOT NULL DEFAULT 'docs' CHECK (mode IN ('docs', 'web', 'deep')),
    model text,
    finish_reason text,
    error_code text,
    error_detail text,
    prompt_tokens integer,
    completion_tokens integer,
    citations jsonb NOT NULL DEFAULT '[]',
    document_ids jsonb,
    feedback text CHECK (feedback IN ('up', 'down')),
    feedback_comment text,
    created_at timestamptz NOT NULL
);
CREATE INDEX message_conversation ON message (conversation_id, id);
-- One answer at a time in a conversation: two questions that race meet this.
CREATE UNIQUE INDEX message_one_streaming ON message (conversation_id) WHERE status = 'streaming';

CREATE TABLE message_source (
    message_id uuid NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    index integer NOT NULL CHECK (index >= 1),
    chunk_id uuid NOT NULL,
    document_id uuid NOT NULL,
    document_name text NOT NULL,
    document_version integer NOT NULL,
    page_number integer,
    start integer NOT NULL,
    "end" integer NOT NULL,
    text text NOT NULL,
    score real NOT NULL,
    url text,
    PRIMARY KEY (message_id, index)
);
CREATE INDEX message_source_chunk ON message_source (chunk_id);

CREATE TABLE run (
    message_id uuid PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    owner uuid NOT NULL,
    lease_until timestamptz NOT NULL,
    stop_requested boolean NOT NULL DEFAULT false,
    started_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE INDEX run_open ON run (lease_until) WHERE closed_at IS NULL;

CREATE TABLE answer_event (
    message_id uuid NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    seq integer NOT NULL CHECK (seq >= 1),
    kind text NOT NULL,
    data text NOT NULL,
    PRIMARY KEY (message_id, seq)
);

CREATE TABLE idempotency_record (
    user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
    body_hash text NOT NULL,
    result jsonb,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_record_age ON idempotency_record (created_at);
