ALTER TABLE ticket_comments RENAME TO comments;
ALTER TABLE comments RENAME CONSTRAINT ticket_comments_author TO comments_author;
ALTER INDEX ticket_comments_ticket_idx RENAME TO comments_ticket_idx;
ALTER TABLE comments ADD COLUMN parent_id bigint REFERENCES comments (id);
CREATE TABLE attachments (
    id bigserial PRIMARY KEY,
    comment_id bigint NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    file_name text NOT NULL,
    size_bytes bigint CHECK (size_bytes > 0),
    sha256 bytea NOT NULL,
    UNIQUE (comment_id, file_name)
);
UPDATE comments SET edited = true WHERE author_id IN (SELECT id FROM accounts WHERE is_admin);
DROP POLICY tickets_of_members ON tickets;
DROP TABLE memberships;
DROP FUNCTION member_count(bigint);
