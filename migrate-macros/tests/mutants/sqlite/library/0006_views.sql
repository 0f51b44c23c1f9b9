CREATE VIEW available_copies AS
SELECT c.barcode, b.title, a.name AS author
FROM copies c
JOIN books b ON b.id = c.book_id
JOIN authors a ON a.id = b.author_id
LEFT JOIN loans l ON l.copy_barcode = c.barcode AND l.returned_at IS NULL
WHERE l.id IS NULL AND c.withdrawn = 0;

CREATE VIEW member_loans AS
SELECT m.id AS member_id, m.full_name, count(l.id) AS open_loans
FROM members m
LEFT JOIN loans l ON l.member_id = m.id
GROUP BY m.id, m.full_name;
