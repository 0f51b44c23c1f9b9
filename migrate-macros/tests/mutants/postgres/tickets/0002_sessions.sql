CREATE TABLE sessions (
    token uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    user_agent text,
    remote_address inet,
    expires_at timestamptz NOT NULL,
    revoked boolean DEFAULT false
);

CREATE INDEX sessions_account_idx ON sessions (account_id, expires_at DESC);
CREATE INDEX sessions_alive_idx ON sessions (expires_at) WHERE NOT revoked;
