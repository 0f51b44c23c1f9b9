CREATE TABLE labels_new (
    name TEXT PRIMARY KEY,
    shade INTEGER NOT NULL DEFAULT 0,
    added_at REAL
) STRICT;

INSERT INTO labels_new (name, shade) SELECT name, ifnull(shade, 0) FROM labels;
DROP TABLE labels;
ALTER TABLE labels_new RENAME TO labels;
ALTER TABLE attachments RENAME COLUMN sha TO checksum;
DROP INDEX notes_alive;
DROP VIEW pinned_notes;
