INSERT INTO authors (name, born, country) VALUES ('Ada', 1815, 'uk'), ('Emmy', 1882, 'de');
INSERT INTO publishers (code, title) VALUES ('ac', 'Academic'), ('ho', 'House');
INSERT INTO books (author_id, publisher_code, title, pages)
SELECT a.id, 'ac', 'Notes of ' || a.name, 120
FROM authors a
WHERE a.born < 1900;
INSERT INTO copies (barcode, book_id, shelf)
SELECT 'B' || b.id, b.id, 'A1' FROM books b;
UPDATE books SET price = pages * 0.1 WHERE price IS NULL;
