CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE SEQUENCE ticket_numbers START 1000 INCREMENT 1;

CREATE TABLE tickets (
    id bigint PRIMARY KEY DEFAULT nextval('ticket_numbers'),
    project_id bigint NOT NULL,
    reporter_id bigint REFERENCES accounts (id) ON DELETE SET NULL,
    subject text NOT NULL CHECK (length(subject) <= 200),
    body text,
    priority positive DEFAULT 3,
    estimate numeric(8, 2),
    opened_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
    closed_at timestamptz,
    CHECK (closed_at IS NULL OR closed_at >= opened_at)
);

ALTER TABLE tickets
    ADD CONSTRAINT tickets_project_fkey FOREIGN KEY (project_id) REFERENCES projects (id);
ALTER SEQUENCE ticket_numbers OWNED BY tickets.id;
CREATE INDEX tickets_open_idx ON tickets (project_id, opened_at) WHERE closed_at IS NULL;
