CREATE TABLE archive AS SELECT id, title, isbn FROM books WHERE published_on < '1950-01-01';
DELETE FROM copies WHERE book_id IN (SELECT id FROM archive) AND withdrawn = 1;
DROP VIEW unpaid;
DROP TABLE fines;
CREATE TABLE "opening hours" (
    weekday INTEGER NOT NULL CHECK (weekday IN (0, 1, 2, 3, 4, 5, 6)),
    "from" TEXT NOT NULL,
    "to" TEXT NOT NULL
);
INSERT INTO "opening hours" (weekday, "from", "to") VALUES (1, '09:00', '17:30'), (2, '09:00', '12:00');
