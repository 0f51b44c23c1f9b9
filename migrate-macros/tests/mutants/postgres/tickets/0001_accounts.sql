CREATE TABLE accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL,
    display_name varchar(80) NOT NULL DEFAULT '',
    password_hash bytea,
    is_admin boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT accounts_email_has_at CHECK (position('@' in email) > 1)
);

CREATE UNIQUE INDEX accounts_email_key ON accounts (lower(email));
COMMENT ON TABLE accounts IS 'who may log in';
COMMENT ON COLUMN accounts.password_hash IS 'argon2, or null for those who log in elsewhere';
