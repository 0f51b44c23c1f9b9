CREATE TABLE a (id INT PRIMARY KEY, n INT, UNIQUE KEY n_key (n));
CREATE TABLE b (id INT PRIMARY KEY, a INT, CONSTRAINT b_a FOREIGN KEY (a) REFERENCES a (id));
DELIMITER //
CREATE PROCEDURE drop_index(IN t VARCHAR(64), IN i VARCHAR(64))
BEGIN
    IF EXISTS(
        SELECT * FROM information_schema.STATISTICS
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = t AND INDEX_NAME = i)
    THEN
        SET @query = CONCAT('ALTER TABLE ', t, ' DROP INDEX ', i, ';');
        PREPARE stmt FROM @query;
        EXECUTE stmt;
        DEALLOCATE PREPARE stmt;
    END IF;
END//
CREATE PROCEDURE drop_foreign_key(t VARCHAR(64), k VARCHAR(64))
BEGIN
    IF EXISTS (SELECT 1 FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA = DATABASE()
        AND TABLE_NAME = t AND CONSTRAINT_NAME = k AND CONSTRAINT_TYPE = 'FOREIGN KEY') THEN
        SET @query = CONCAT('ALTER TABLE ', t, ' DROP FOREIGN KEY ', k);
        PREPARE stmt FROM @query;
        EXECUTE stmt;
        DROP PREPARE stmt;
    END IF;
END//
CREATE PROCEDURE add_column(t VARCHAR(64), c VARCHAR(64))
BEGIN
    IF NOT EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()
        AND TABLE_NAME = t AND COLUMN_NAME = c) THEN
        SET @query = CONCAT('ALTER TABLE ', t, ' ADD COLUMN ', c, ' TEXT NULL');
        PREPARE stmt FROM @query;
        EXECUTE stmt;
    END IF;
END//
DELIMITER ;
CALL drop_index('a', 'n_key');
CALL drop_index('a', 'n_key');
CALL drop_foreign_key('b', 'b_a');
CALL drop_foreign_key('a', 'none');
CALL add_column('a', 'm');
CALL add_column('a', 'm');
CREATE UNIQUE INDEX n_key ON a (n);
ALTER TABLE a ADD COLUMN m INT;
