CREATE TABLE publishers (
    code TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    founded_on TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE books (
    id INTEGER PRIMARY KEY,
    author_id INTEGER NOT NULL REFERENCES authors (id) ON DELETE CASCADE,
    publisher_code TEXT REFERENCES publishers (code),
    title TEXT NOT NULL,
    isbn TEXT UNIQUE,
    pages INTEGER DEFAULT 0,
    price REAL,
    published_on TEXT,
    CHECK (pages >= 0 AND length(title) > 0)
);

CREATE INDEX books_by_title ON books (lower(title));
