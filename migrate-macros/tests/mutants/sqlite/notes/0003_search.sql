CREATE VIEW pinned_notes AS
SELECT n.id AS note_id, n.heading, b.title
FROM notes n
JOIN notebooks b ON b.id = n.notebook_id
WHERE n.pinned = 1;

CREATE TRIGGER note_counts AFTER INSERT ON notes BEGIN
    UPDATE notebooks SET opened_at = julianday('now') WHERE id = NEW.notebook_id;
END;

ALTER TABLE notes ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notes_alive ON notes (heading COLLATE NOCASE) WHERE archived = 0;
