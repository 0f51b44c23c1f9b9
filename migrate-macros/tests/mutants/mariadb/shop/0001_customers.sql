CREATE TABLE customers (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    email VARCHAR(190) NOT NULL,
    name VARCHAR(120) NOT NULL DEFAULT '',
    vat_number CHAR(14) NULL,
    active TINYINT(1) NOT NULL DEFAULT 1,
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (id),
    UNIQUE KEY customers_email (email),
    KEY customers_name (name, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='who buys';
