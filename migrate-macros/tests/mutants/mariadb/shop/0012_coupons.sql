CREATE TABLE coupons (
    code VARCHAR(16) NOT NULL,
    customer_id BIGINT UNSIGNED NULL,
    percent DECIMAL(4, 1) NOT NULL,
    valid_from DATE NOT NULL DEFAULT '2025-01-01',
    valid_to DATE NOT NULL,
    used_by BIGINT UNSIGNED,
    PRIMARY KEY (code),
    CONSTRAINT coupons_period CHECK (valid_to >= valid_from),
    CONSTRAINT coupons_customer FOREIGN KEY (customer_id) REFERENCES customers (id),
    CONSTRAINT coupons_order FOREIGN KEY (used_by) REFERENCES orders (id) ON DELETE SET NULL
);
ALTER TABLE coupons ADD COLUMN title VARCHAR(60) NOT NULL DEFAULT 'coupon', ADD INDEX coupons_valid (valid_to, code);
CREATE VIEW usable_coupons AS
SELECT k.code, k.percent, c.email
FROM coupons k
LEFT JOIN customers c ON c.id = k.customer_id
WHERE k.used_by IS NULL AND k.valid_to > '2025-06-30';
INSERT INTO coupons (code, percent, valid_to) VALUES ('SPRING', 10, '2026-05-31'), ('WINTER', 12.5, '2026-12-31');
