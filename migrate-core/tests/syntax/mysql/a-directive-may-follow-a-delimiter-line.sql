DELIMITER //
-- migrate(no-transaction)
SELECT 1//
