CREATE TABLE copies (
    barcode TEXT NOT NULL,
    book_id INTEGER NOT NULL,
    shelf TEXT,
    bought_at INTEGER NOT NULL DEFAULT (strftime('%s', 'now')),
    condition INTEGER NOT NULL DEFAULT 5,
    withdrawn INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (barcode),
    FOREIGN KEY (book_id) REFERENCES books (id)
);

CREATE INDEX copies_on_shelf ON copies (shelf, book_id) WHERE withdrawn = 0;
