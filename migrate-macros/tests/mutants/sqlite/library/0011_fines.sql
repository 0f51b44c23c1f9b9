CREATE TABLE fines (
    loan_id INTEGER NOT NULL REFERENCES loans (id) ON DELETE CASCADE,
    cents INTEGER NOT NULL CHECK (cents > 0),
    paid INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    UNIQUE (loan_id, reason)
);

INSERT INTO fines (loan_id, cents, reason)
WITH late AS (
    SELECT l.id, l.returned_at - l.due_at AS seconds
    FROM loans l
    WHERE l.returned_at > l.due_at
)
SELECT late.id, max(10, late.seconds / 86400 * 20), 'late' FROM late;

CREATE VIEW unpaid AS
SELECT f.loan_id, m.email, f.cents
FROM fines f
JOIN loans l ON l.id = f.loan_id
JOIN members m ON m.id = l.member_id
WHERE NOT f.paid
ORDER BY f.cents DESC;
