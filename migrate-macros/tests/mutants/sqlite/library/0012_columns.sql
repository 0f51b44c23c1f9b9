ALTER TABLE copies RENAME COLUMN condition TO state;
ALTER TABLE loan_log ADD COLUMN member_id INTEGER;
UPDATE loan_log SET member_id = (SELECT member_id FROM loans WHERE loans.id = loan_log.loan_id);
ALTER TABLE authors DROP COLUMN biography;
CREATE INDEX loan_log_member ON loan_log (member_id, at);
DELETE FROM loan_log WHERE at < 1000 AND loan_id NOT IN (SELECT id FROM loans);
DROP INDEX books_by_title;
CREATE INDEX books_by_language ON books (language, published_on);
