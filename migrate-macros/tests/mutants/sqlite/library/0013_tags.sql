CREATE TABLE tags (name TEXT PRIMARY KEY, parent TEXT REFERENCES tags (name)) WITHOUT ROWID;
CREATE TABLE book_tags (
    book_id INTEGER NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    tag TEXT NOT NULL REFERENCES tags (name),
    PRIMARY KEY (book_id, tag)
) WITHOUT ROWID;
CREATE INDEX book_tags_by_tag ON book_tags (tag);
INSERT INTO tags VALUES ('science', NULL), ('maths', 'science');
INSERT OR IGNORE INTO book_tags (book_id, tag) SELECT id, 'science' FROM books WHERE language = 'en';
