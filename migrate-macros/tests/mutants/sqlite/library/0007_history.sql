CREATE TABLE loan_log (
    loan_id INTEGER NOT NULL,
    what TEXT NOT NULL,
    at INTEGER NOT NULL DEFAULT (unixepoch())
);

CREATE TRIGGER loan_begins AFTER INSERT ON loans
BEGIN
    INSERT INTO loan_log (loan_id, what) VALUES (new.id, 'lent');
END;

CREATE TRIGGER loan_ends AFTER UPDATE OF returned_at ON loans
WHEN new.returned_at IS NOT NULL AND old.returned_at IS NULL
BEGIN
    INSERT INTO loan_log (loan_id, what) VALUES (new.id, 'returned');
    UPDATE copies SET condition = condition - 1 WHERE barcode = new.copy_barcode AND condition > 1;
END;
