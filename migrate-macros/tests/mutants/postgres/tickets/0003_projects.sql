CREATE TYPE visibility AS ENUM ('private', 'internal', 'public');

CREATE TABLE projects (
    id bigserial PRIMARY KEY,
    owner_id bigint NOT NULL,
    slug varchar(60) NOT NULL UNIQUE,
    title text NOT NULL,
    description text,
    visible visibility NOT NULL DEFAULT 'private',
    settings jsonb NOT NULL DEFAULT '{}'::jsonb,
    labels text[] NOT NULL DEFAULT '{}',
    archived_at timestamp with time zone,
    CONSTRAINT projects_owner_fkey FOREIGN KEY (owner_id) REFERENCES accounts (id) ON UPDATE CASCADE
);

CREATE TABLE memberships (
    project_id bigint NOT NULL REFERENCES projects ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    role text NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'member', 'guest')),
    joined_on date DEFAULT CURRENT_DATE,
    PRIMARY KEY (project_id, account_id)
);
