DROP VIEW member_loans;
CREATE TABLE members_new (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE CHECK (email LIKE '%@%'),
    full_name TEXT NOT NULL,
    phone TEXT,
    joined_on TEXT NOT NULL,
    fee_cents INTEGER NOT NULL DEFAULT 0
);
INSERT INTO members_new (id, email, full_name, joined_on, fee_cents)
SELECT id, email, full_name, joined_on, CAST(fee * 100 AS INTEGER) FROM members;
DROP TABLE members;
ALTER TABLE members_new RENAME TO members;
CREATE INDEX members_by_name ON members (full_name COLLATE NOCASE);
