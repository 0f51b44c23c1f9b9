CREATE TABLE notebooks (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL UNIQUE,
    color INT NOT NULL DEFAULT 0,
    opened_at REAL
) STRICT;

CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    notebook_id INTEGER NOT NULL REFERENCES notebooks (id) ON DELETE CASCADE,
    heading TEXT NOT NULL,
    content BLOB,
    pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
    written_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;

CREATE INDEX notes_by_notebook ON notes (notebook_id, written_at DESC);
