CREATE TABLE ticket_comments (
    id bigserial,
    ticket_id bigint NOT NULL,
    author_id bigint,
    text text NOT NULL,
    edited boolean NOT NULL DEFAULT FALSE,
    written_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT ticket_comments_pk PRIMARY KEY (id),
    CONSTRAINT ticket_comments_ticket FOREIGN KEY (ticket_id) REFERENCES tickets (id) ON DELETE CASCADE,
    CONSTRAINT ticket_comments_author FOREIGN KEY (author_id) REFERENCES accounts (id) ON DELETE SET NULL
);

CREATE INDEX ticket_comments_ticket_idx ON ticket_comments USING btree (ticket_id);

INSERT INTO accounts (email, display_name, is_admin)
VALUES ('root@example.org', 'Root', true),
       ('nobody@example.org', 'Nobody', false);

INSERT INTO projects (owner_id, slug, title)
SELECT a.id, 'inbox', 'Inbox of ' || a.display_name
FROM accounts a
WHERE a.is_admin;
