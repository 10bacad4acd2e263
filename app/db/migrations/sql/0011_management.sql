-- The configuration assistant: changes that it proposes and the person confirms.

CREATE TABLE management_proposal (
    id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    -- The answer that told of it.
    message_id uuid NOT NULL,
    -- By which the person confirms it; no two of a conversation are alike.
    code text NOT NULL CHECK (length(code) BETWEEN 1 AND 12),
    title text NOT NULL,
    -- What to do, and how the thing was when that was shown: it is done only while that holds.
    change jsonb NOT NULL CHECK (jsonb_typeof(change) = 'object'),
    before jsonb CHECK (jsonb_typeof(before) = 'object'),
    -- What it is about; null for what is new.
    subject text,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'applied', 'dropped', 'outdated')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    settled_at timestamptz,
    UNIQUE (conversation_id, code),
    CONSTRAINT management_proposal_settled CHECK ((status = 'open') = (settled_at IS NULL))
);

-- What did it on the actor's behalf; empty where the actor did.
ALTER TABLE audit_entry ADD COLUMN via text NOT NULL DEFAULT '';
