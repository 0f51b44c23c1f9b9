CREATE TABLE ratings (
    member_id INTEGER NOT NULL REFERENCES members (id),
    book_id INTEGER NOT NULL REFERENCES books (id),
    stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
    comment TEXT,
    weight REAL GENERATED ALWAYS AS (stars * 0.2) STORED,
    PRIMARY KEY (member_id, book_id)
) STRICT;

ALTER TABLE books ADD COLUMN rating REAL;
ALTER TABLE books ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
UPDATE books
SET rating = (SELECT avg(r.stars) FROM ratings r WHERE r.book_id = books.id)
WHERE EXISTS (SELECT 1 FROM ratings WHERE ratings.book_id = books.id);
