CREATE TABLE attachments (
    sha TEXT NOT NULL PRIMARY KEY,
    note_id INTEGER NOT NULL,
    size_bytes INT NOT NULL CHECK (size_bytes >= 0),
    data BLOB NOT NULL,
    ratio REAL GENERATED ALWAYS AS (size_bytes / 1024.0) VIRTUAL,
    FOREIGN KEY (note_id) REFERENCES notes (id) ON DELETE SET NULL
) STRICT;

INSERT INTO notebooks (title) SELECT 'Inbox' WHERE NOT EXISTS (SELECT 1 FROM notebooks);
UPDATE notes SET pinned = 0, archived = 1 WHERE written_at < '2024-01-01' AND heading <> 'keep';
DELETE FROM note_labels WHERE label_name IN (SELECT name FROM labels WHERE shade IS NULL);
