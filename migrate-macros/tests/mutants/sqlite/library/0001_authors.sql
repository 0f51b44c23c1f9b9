CREATE TABLE authors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL COLLATE NOCASE,
    born INTEGER CHECK (born > 1000),
    country TEXT DEFAULT 'unknown',
    biography TEXT
);

CREATE UNIQUE INDEX authors_name ON authors (name);
CREATE INDEX authors_country ON authors (country, born DESC);
