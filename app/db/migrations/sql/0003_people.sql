-- Departments, groups, sessions, one-time links, other ways to sign in, grants.

CREATE TABLE department (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX department_name ON department (lower(name));

CREATE TABLE user_group (
    id uuid PRIMARY KEY,
    department_id uuid NOT NULL REFERENCES department (id) ON DELETE CASCADE,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '',
    external_name text CHECK (length(external_name) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX user_group_name ON user_group (department_id, lower(name));
CREATE UNIQUE INDEX user_group_external ON user_group (external_name);

-- People who were invited, or who sign in elsewhere, have no password.
ALTER TABLE user_account ALTER COLUMN password_hash DROP NOT NULL;
ALTER TABLE user_account ADD COLUMN department_id uuid REFERENCES department (id) ON DELETE SET NULL;
ALTER TABLE user_account ADD COLUMN issuer text;
ALTER TABLE user_account ADD COLUMN subject text;
ALTER TABLE user_account ADD COLUMN last_seen_at timestamptz;
ALTER TABLE user_account ADD CHECK ((issuer IS NULL) = (subject IS NULL));
CREATE UNIQUE INDEX user_account_subject ON user_account (issuer, subject);
CREATE INDEX user_account_department ON user_account (department_id);
CREATE INDEX user_account_name ON user_account (lower(name), id);

CREATE TABLE group_member (
    group_id uuid NOT NULL REFERENCES user_group (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    source text NOT NULL DEFAULT 'manual' CHECK (source IN ('manual', 'sign_in')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_member_user ON group_member (user_id, group_id);

-- A signed-in session: the family of refresh tokens that descends from one sign-in.
CREATE TABLE auth_session (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    way text NOT NULL CHECK (way IN ('password', 'link', 'oidc', 'setup')),
    address text NOT NULL DEFAULT '',
    user_agent text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX auth_session_user ON auth_session (user_id);

INSERT INTO auth_session (id, user_id, way, created_at, last_used_at, expires_at, revoked_at)
SELECT family_id, user_id, 'password', min(created_at), max(created_at), max(expires_at),
       CASE WHEN bool_or(revoked_at IS NOT NULL) THEN max(revoked_at) END
FROM refresh_token
GROUP BY family_id, user_id;

ALTER TABLE refresh_token ADD FOREIGN KEY (family_id) REFERENCES auth_session (id) ON DELETE CASCADE;
ALTER TABLE refresh_token DROP COLUMN revoked_at;

CREATE TABLE one_time_link (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('invitation', 'password_reset')),
    token_hash text NOT NULL UNIQUE,
    created_by uuid REFERENCES user_account (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
-- A new link ends the one before.
CREATE UNIQUE INDEX one_time_link_user ON one_time_link (user_id);

CREATE TABLE project_grant (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    user_id uuid REFERENCES user_account (id) ON DELETE CASCADE,
    group_id uuid REFERENCES user_group (id) ON DELETE CASCADE,
    department_id uuid REFERENCES department (id) ON DELETE CASCADE,
    tier text NOT NULL CHECK (tier IN ('use', 'edit', 'full')),
    created_by uuid REFERENCES user_account (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (num_nonnulls(user_id, group_id, department_id) = 1)
);
-- One grant for each target in a project; the second column serves `what does this target reach`.
CREATE UNIQUE INDEX project_grant_user ON project_grant (user_id, project_id) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX project_grant_group ON project_grant (group_id, project_id) WHERE group_id IS NOT NULL;
CREATE UNIQUE INDEX project_grant_department ON project_grant (department_id, project_id) WHERE department_id IS NOT NULL;
CREATE INDEX project_grant_project ON project_grant (project_id);
