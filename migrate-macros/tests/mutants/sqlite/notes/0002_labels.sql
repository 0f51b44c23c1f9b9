CREATE TABLE labels (
    name TEXT PRIMARY KEY,
    shade INT,
    extra ANY
) STRICT, WITHOUT ROWID;

CREATE TABLE note_labels (
    note_id INTEGER NOT NULL REFERENCES notes (id),
    label_name TEXT NOT NULL REFERENCES labels (name) ON UPDATE CASCADE,
    weight REAL NOT NULL DEFAULT 1.0,
    PRIMARY KEY (note_id, label_name)
) STRICT;

INSERT INTO labels (name, shade) VALUES ('urgent', 1), ('later', 2), ('it''s done', NULL);
