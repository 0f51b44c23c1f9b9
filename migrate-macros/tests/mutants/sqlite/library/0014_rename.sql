ALTER TABLE ratings RENAME TO reviews;
CREATE TRIGGER review_counts AFTER INSERT ON reviews
BEGIN
    UPDATE books SET rating = (SELECT avg(stars) FROM reviews WHERE book_id = new.book_id)
    WHERE id = new.book_id;
END;
CREATE VIEW best_books AS
SELECT title, rating, (SELECT name FROM authors WHERE authors.id = books.author_id) AS author
FROM books
WHERE rating >= 4.5;
DROP TRIGGER settings_changed;
